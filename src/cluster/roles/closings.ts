import type { HeldConnection } from '../../remoting/held-connection.js';
import type { Closing } from '../../supervisor/closing.js';
import type { NodeSpec } from '../spec/node-spec.js';
import { hostOf } from '../spec/placement.js';
import { storeClosing } from './clean-end.js';
import { isController } from './controller.js';
import { isKvAtRest } from './namesrv-kv.js';
import type { StopContext } from './role.js';

/** What a stop can see of each role before its process ends by itself, and how the end is hastened. */

/** A NameServer keeps its routes in memory, and brokers bring them again: see `namesrv-kv.ts` for the rest. */
export function namesrvClosing(node: NodeSpec): Closing {
  return {
    proved: 'holds nothing but its KV file, which is safe',
    ready: async () => {},
    // A controller inside it holds the log of its group.
    isClosed: async () => !isController(node) && endsUnseen(node) && isKvAtRest(node),
    end: () => {},
  };
}

/** Has to be shorter than anybody would notice; on one machine a connection takes less than 1 ms. */
const CONNECT_TIMEOUT_MS = 100;
/** Events of one connection may all be read before the thread is told to end; those of several seldom are. */
const CONNECTIONS_EACH = 3;

/**
 * Once its store is closed and its tables are written, only threads that sleep hold a broker back. Before that, each of its two servers joins
 * a thread (NettyEventExecutor) that waits up to 3 s for the next event of a connection. That a stop closes a connection is such an event, so
 * some are held until its end: on 4.9.7 that saves 3.0 to 4.3 s of a broker's stop.
 * Source: remoting/.../NettyRemotingAbstract.java NettyEventExecutor, NettyRemotingServer.java shutdown.
 */
export function brokerClosing(node: NodeSpec, { clock, platform, holdConnection }: StopContext): Closing {
  const isStoreClosed = storeClosing(node, platform);
  const ports = [node.ports.listen, node.ports.fast].filter((port) => port !== undefined);
  let held: HeldConnection[] = [];
  return {
    proved: 'has closed its store and written its tables',
    ready: () => {
      held = ports.flatMap((port) => Array.from({ length: CONNECTIONS_EACH }, () => holdConnection(hostOf(node, 'host'), port)));
      return Promise.race([Promise.all(held.map(({ settled }) => settled)).then(() => undefined), clock.sleep(CONNECT_TIMEOUT_MS)]);
    },
    isClosed: async () => endsUnseen(node) && (await isStoreClosed()),
    end: () => {
      for (const connection of held) connection.close();
    },
  };
}

/** Options of a JVM that write a file when it ends by itself: it must get the time for that. Source: java(1), JEP 483, JaCoCo's agent. */
const WRITES_AT_ITS_END = [
  /^-javaagent:/,
  /^-agent(path|lib):(?!jdwp)/,
  /^-XX:(StartFlightRecording|ArchiveClassesAtExit|AOTCacheOutput|AOTMode=record|CRaCCheckpointTo)/,
  /^-XX:\+(AutoCreateSharedArchive|RecordDynamicDumpInfo|PrintNMTStatistics|LogVMOutput)/,
];

/** Does the JVM itself write nothing at its end? */
function endsUnseen({ javaArgs, env }: NodeSpec): boolean {
  const options = [...javaArgs, ...[env.JAVA_TOOL_OPTIONS, env.JDK_JAVA_OPTIONS].flatMap((text) => (text ?? '').split(/\s+/))];
  return !options.some((option) => WRITES_AT_ITS_END.some((pattern) => pattern.test(option)));
}
