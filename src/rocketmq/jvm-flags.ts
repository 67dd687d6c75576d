import { join } from 'node:path';
import { isSince, type NodeRole } from './releases.js';

const MB = 1_048_576;

/** fast: serial collector and C1, quick to start; throughput: the JVM's own choice of collector, C2, quick to run. */
export const STARTUPS = ['fast', 'throughput'] as const;
export type Startup = (typeof STARTUPS)[number];

export type JvmFlagRequest = {
  /** RocketMQ's. */
  version: string;
  jdkMajor: number;
  role: NodeRole;
  startup: Startup;
  /** Is TLS what the nodes of the cluster speak among themselves, and with clients? */
  tls: boolean;
  /** -Xmx. */
  heapBytes: number;
  gcLogFile: string;
  /** The node's folder: crash reports (hs_err) go there. */
  nodeDir: string;
};

export type JvmFlag = { flag: string; reason: string };

type FlagRow = {
  flag: (request: JvmFlagRequest) => string;
  reason: string;
  source: string;
  /** First JDK that knows, or needs, the flag. */
  sinceJdk?: number;
  /** First JDK that rejects it, or no longer needs it. */
  beforeJdk?: number;
  /** Undefined: all. */
  roles?: readonly NodeRole[];
  startup?: JvmFlagRequest['startup'];
  tls?: boolean;
};

const addOpens = (javaPackage: string, reason: string, source: string): FlagRow => ({
  flag: () => `--add-opens=java.base/${javaPackage}=ALL-UNNAMED`,
  reason,
  source,
  sinceJdk: 9,
});

/** What newer JDKs need so that every part of RocketMQ works. */
const ACCESS_ROWS: readonly FlagRow[] = [
  addOpens('java.lang', 'a controller writes its log through hessian, which reflects into it', 'issues 10170, 10612'),
  addOpens(
    'java.nio',
    'a 4.x broker unmaps its files by reflection; without this its shutdown stops half-way',
    'store/.../MappedFile.java clean; issue 1035',
  ),
  addOpens('sun.nio.ch', 'Netty 4.0 (up to 4.8.0) and the transient store pool reflect into it', 'issues 3031, 9779'),
  addOpens('jdk.internal.ref', 'a 4.x broker unmaps its files through Cleaner', 'store/.../MappedFile.java clean; issue 1035'),
  {
    flag: () => '--sun-misc-unsafe-memory-access=allow',
    reason: 'Netty uses sun.misc.Unsafe; JDK 24 and newer warn about it',
    source: 'JEP 471, JEP 498',
    sinceJdk: 23,
  },
  {
    flag: () => '--enable-native-access=ALL-UNNAMED',
    reason: 'Netty, JNA and RocksDB load native libraries; JDK 24 and newer warn about it',
    source: 'JEP 472',
    sinceJdk: 24,
  },
];

/** In the order of the command line. Rows hold for all RocketMQ releases: an --add-opens that a release does not need does no harm. */
export const FLAG_ROWS: readonly FlagRow[] = [
  {
    flag: ({ role, heapBytes }) => `-Xms${inMb(Math.min(MEMORY[role].startHeapMb * MB, heapBytes))}`,
    reason: 'a small heap that grows with use; the scripts of RocketMQ take 4 or 8 GB at once',
    source: 'distribution/bin/runbroker.sh, runserver.sh; measured',
  },
  { flag: ({ heapBytes }) => `-Xmx${inMb(heapBytes)}`, reason: 'the maximum heap size', source: 'measured' },
  {
    flag: ({ role, heapBytes }) => `-XX:MaxDirectMemorySize=${inMb(Math.max(MEMORY[role].directMb * MB, heapBytes))}`,
    reason: 'buffers outside the heap (network, timer wheel, replication); only what is used is resident',
    source: 'store/.../timer/TimerWheel.java, store/.../ha/DefaultHAConnection.java',
  },
  {
    flag: () => '-XX:+ExitOnOutOfMemoryError',
    reason: 'ends the JVM when memory runs out (exit code 3); without it a thread dies and the node goes on half alive',
    source: 'OpenJDK globals.hpp, since 8u92; measured',
  },
  { flag: () => '-XX:+UseSerialGC', reason: 'the least CPU and memory for a small heap', source: 'measured', startup: 'fast' },
  {
    flag: () => '-XX:TieredStopAtLevel=1',
    reason: 'C1 only: less CPU at the start, lower peak speed',
    source: 'measured',
    startup: 'fast',
  },
  {
    flag: () => '-Dio.netty.allocator.maxOrder=7',
    reason: 'network buffers in pieces of 1 MB, which are zeroed as a whole, instead of 4 MB (16 MB before Netty 4.1.75)',
    source: 'io/netty/buffer/PooledByteBufAllocator.java; measured, a broker: 4.9.7 28 MB less, 5.5.0 11 to 13 MB less',
    roles: ['namesrv', 'broker', 'controller', 'proxy'],
    startup: 'fast',
  },
  ...ACCESS_ROWS,
  {
    flag: () => '-Dtls.server.mode=disabled',
    reason: 'no self-signed TLS certificate at each start (from 4.9 on it takes most of the start time); nodes speak plain TCP',
    source: 'remoting/.../netty/TlsSystemConfig.java; measured',
    // A proxy would then refuse gRPC clients, which speak TLS by default. Source: proxy/.../grpc/ProxyAndTlsProtocolNegotiator.java
    roles: ['namesrv', 'broker', 'controller'],
    tls: false,
  },
  {
    flag: () => '-Dtls.server.mode=enforcing',
    reason: 'profile: tls; a plain connection is closed',
    source: 'remoting/.../netty/TlsSystemConfig.java',
    // A proxy takes both on its ports, as before.
    roles: ['namesrv', 'broker', 'controller'],
    tls: true,
  },
  {
    flag: () => '-Dtls.enable=true',
    reason: 'profile: tls; this node uses TLS for its requests to other nodes',
    source: 'remoting/.../netty/TlsSystemConfig.java',
    tls: true,
  },
  {
    flag: ({ gcLogFile }) => `-Xlog:gc*:file="${gcLogFile}":time,uptime,level,tags:filecount=2,filesize=4m`,
    reason: 'garbage collections, in two files of at most 4 MB',
    source: 'JEP 158',
    sinceJdk: 9,
  },
  { flag: ({ gcLogFile }) => `-Xloggc:${gcLogFile}`, reason: 'garbage collections', source: 'JDK 8 java(1)', beforeJdk: 9 },
  { flag: () => '-XX:+PrintGCDateStamps', reason: 'the garbage collection log has the time', source: 'JDK 8 java(1)', beforeJdk: 9 },
  {
    flag: ({ nodeDir }) => `-XX:ErrorFile=${join(nodeDir, 'hs_err_pid%p.log')}`,
    reason: 'where the JVM writes its report when it crashes',
    source: 'OpenJDK globals.hpp',
  },
];

/** @returns the JVM flags of one node, in order, each with its reason. No flag that a JDK of that major version rejects is among them. */
export function jvmFlags(request: JvmFlagRequest): JvmFlag[] {
  const { jdkMajor, role, startup, tls } = request;
  return FLAG_ROWS.filter(
    (row) =>
      jdkMajor >= (row.sinceJdk ?? 0) &&
      jdkMajor < (row.beforeJdk ?? Number.POSITIVE_INFINITY) &&
      (row.roles ?? [role]).includes(role) &&
      (row.startup ?? startup) === startup &&
      (row.tls ?? tls) === tls,
  ).map(({ flag, reason }) => ({ flag: flag(request), reason }));
}

/** Heap of mqadmin, examples and clients. The scripts give them 1 GB. Source: distribution/bin/tools.sh; measured. */
const TOOL_HEAP = '-Xmx256m';

/** @returns the JVM flags of a program that runs for a short time next to the nodes, such as mqadmin. */
export function toolJvmFlags(jdkMajor: number): string[] {
  const rows = ACCESS_ROWS.filter(({ sinceJdk }) => jdkMajor >= (sinceJdk ?? 0));
  return [TOOL_HEAP, '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', ...rows.map(({ flag }) => flag({} as JvmFlagRequest))];
}

function inMb(bytes: number): string {
  return `${Math.ceil(bytes / MB)}m`;
}

/** From release `since` (undefined: the first) to the next row's. `residentMb`: an idle node at this heap, JDK 17, Linux x64. */
type MemoryRow = { since?: string; heapMb: number; residentMb: number; source: string };

/** `startHeapMb`: -Xms; `directMb`: -XX:MaxDirectMemorySize, if the heap is not larger. */
const MEMORY: Readonly<Record<NodeRole, { startHeapMb: number; directMb: number; rows: readonly MemoryRow[] }>> = {
  namesrv: {
    startHeapMb: 16,
    directMb: 64,
    rows: [
      { heapMb: 64, residentMb: 65, source: 'measured, 4.7.0 and 4.9.7' },
      { since: '5.0.0', heapMb: 128, residentMb: 85, source: 'measured, 5.1.4 to 5.5.0' },
    ],
  },
  broker: {
    startHeapMb: 48,
    directMb: 256,
    rows: [
      { heapMb: 256, residentMb: 95, source: 'measured, 4.7.0' },
      { since: '4.9.0', heapMb: 256, residentMb: 150, source: 'measured, 4.9.7' },
      { since: '5.0.0', heapMb: 256, residentMb: 215, source: 'measured, 5.3.3' },
      { since: '5.4.0', heapMb: 256, residentMb: 300, source: 'measured, 5.5.0; with less than 64 MB the timer wheel does not fit' },
    ],
  },
  controller: { startHeapMb: 32, directMb: 128, rows: [{ heapMb: 256, residentMb: 150, source: 'measured, 5.3.3' }] },
  proxy: { startHeapMb: 64, directMb: 256, rows: [{ heapMb: 256, residentMb: 180, source: 'measured, 5.3.3 and 5.5.0: 163 and 176 MB' }] },
  // Its own versions make no difference worth a row.
  dashboard: {
    startHeapMb: 32,
    directMb: 64,
    rows: [{ heapMb: 256, residentMb: 210, source: 'measured, 1.0.0: 144 to 150 MB, 2.1.0: 193 to 211 MB' }],
  },
};

function memoryRow(version: string, role: NodeRole): MemoryRow {
  return MEMORY[role].rows.findLast(({ since }) => isSince(version, since)) as MemoryRow;
}

/** @returns -Xmx of a node whose profile sets none. */
export function defaultHeapBytes(version: string, role: NodeRole): number {
  return memoryRow(version, role).heapMb * MB;
}

/** @returns the resident size to plan with: the measured size of an idle node, plus all heap above the default. */
export function nodeMemoryEstimateBytes(version: string, role: NodeRole, heapBytes: number): number {
  return memoryRow(version, role).residentMb * MB + Math.max(0, heapBytes - defaultHeapBytes(version, role));
}

/** `warning`: nothing says that it fails, but nobody tried it. */
export type JdkSuitability = { ok: true; warning?: string } | { ok: false; why: string };

type SuitabilityRow = { sinceJdk: number; verdict: (version: string, jdkMajor: number) => JdkSuitability; source: string };

/** A row holds from JDK `sinceJdk` to the next row's. The same for all releases from 4.4.0 to 5.5.0 with these flags. */
const SUITABILITY_ROWS: readonly SuitabilityRow[] = [
  {
    sinceJdk: Number.NEGATIVE_INFINITY,
    verdict: (version, jdkMajor) => ({ ok: false, why: `RocketMQ ${version} needs Java 8 or newer, and this is Java ${jdkMajor}` }),
    source: 'pom.xml maven.compiler.source',
  },
  { sinceJdk: 8, verdict: () => ({ ok: true }), source: 'run on 17 and 25; 8 to 16 and 18 to 24 by their documented flags' },
  {
    sinceJdk: 26,
    verdict: (version, jdkMajor) => ({
      ok: true,
      warning: `RocketMQ ${version} was not tested on Java ${jdkMajor}; the newest tested is 25`,
    }),
    source: 'not run',
  },
];

/** @returns whether RocketMQ `version` runs on a JDK of this major version. */
export function jdkSuitability(version: string, jdkMajor: number): JdkSuitability {
  return (SUITABILITY_ROWS.findLast(({ sinceJdk }) => jdkMajor >= sinceJdk) as SuitabilityRow).verdict(version, jdkMajor);
}
