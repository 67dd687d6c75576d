/** The JSON bodies of a broker's answers, as far as rmqdev reads them. */

import { z } from 'zod';

export type RuntimeInfo = {
  /** All figures by the broker's names, such as `putTps`, `bootTimestamp`. */
  readonly table: ReadonlyMap<string, string>;
  /** End of the commitlog, in bytes. */
  readonly commitLogMaxOffset: number;
  /** Such as `V5_5_0`. */
  readonly brokerVersionDesc: string;
};

/** Source: broker/.../processor/AdminBrokerProcessor.java `prepareRuntimeInfo`; the table does not have the role. */
export const runtimeInfoSchema = z
  .object({ table: z.object({ commitLogMaxOffset: z.string(), brokerVersionDesc: z.string() }).catchall(z.string()) })
  .transform(
    ({ table }): RuntimeInfo => ({
      table: new Map(Object.entries(table)),
      commitLogMaxOffset: Number(table.commitLogMaxOffset),
      brokerVersionDesc: table.brokerVersionDesc,
    }),
  );

const topicConfigSchema = z.object({
  topicName: z.string(),
  readQueueNums: z.int(),
  writeQueueNums: z.int(),
  perm: z.int(),
  order: z.boolean().default(false),
});

/** Source: common/.../TopicConfig.java. */
export type TopicConfig = Readonly<z.infer<typeof topicConfigSchema>>;

export const topicConfigsSchema = z.object({ topicConfigTable: z.record(z.string(), topicConfigSchema).default({}) });

export const haStatusSchema = z.object({
  master: z.boolean(),
  /** End of the master's commitlog, in bytes. */
  masterCommitLogMaxOffset: z.number().default(0),
  inSyncSlaveNums: z.int().default(0),
  /** One per connected slave; offsets in bytes. */
  haConnectionInfo: z
    .array(
      z.object({
        addr: z.string(),
        slaveAckOffset: z.number(),
        diff: z.number(),
        inSync: z.boolean(),
        transferredByteInSecond: z.number(),
        transferFromWhere: z.number(),
      }),
    )
    .default([]),
  /** On a slave: its own side. */
  haClientRuntimeInfo: z.object({ masterAddr: z.string().optional(), maxOffset: z.number().default(0) }).optional(),
});

/** Source: remoting/.../protocol/body/HARuntimeInfo.java. */
export type HaStatus = Readonly<z.infer<typeof haStatusSchema>>;
