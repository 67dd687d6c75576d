import { z } from 'zod';
import { Explanation } from './findings.js';
import { ClusterStatus, NodeState } from './status.js';

/** What only the daemon knows about a cluster, for `rmqdev report`; everything else is in files. */
export const ClusterFacts = z.object({
  status: ClusterStatus,
  operation: z.string().nullable().describe('the running operation'),
  explanations: z.array(Explanation),
  nodes: z.array(
    z.object({
      id: z.string(),
      intent: z.enum(['up', 'down']),
      java: z.string().describe('the program to launch'),
      javaArgs: z.array(z.string()).describe('its options, without the class path'),
      transitions: z
        .array(
          z.object({
            at: z.string(),
            from: NodeState,
            to: NodeState,
            event: z.string(),
            reason: z.string().nullable(),
          }),
        )
        .describe('the last 32, oldest first'),
      portHolders: z
        .array(z.object({ port: z.int(), socket: z.string(), pid: z.int().nullable(), command: z.string().nullable() }))
        .describe('other processes that listen on its ports'),
    }),
  ),
});
export type ClusterFacts = z.infer<typeof ClusterFacts>;
