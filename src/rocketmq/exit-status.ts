import type { NodeRole } from './releases.js';

type ExitRow = { codes: readonly number[]; roles?: readonly NodeRole[]; meaning: string; source: string };

/** Java's System.exit(-n) is status 256-n. The first row that fits counts. */
export const EXIT_ROWS: readonly ExitRow[] = [
  { codes: [0], meaning: 'it ended by itself and reported success', source: 'System.exit(0): -p, -m, -h' },
  {
    codes: [1],
    roles: ['proxy'],
    meaning: 'the proxy could not start (it exits 1 whatever the reason), or the JVM refused its options',
    source: 'proxy/.../ProxyStartup.java; java(1)',
  },
  {
    codes: [1],
    roles: ['dashboard'],
    meaning: 'Spring Boot could not start it; its console says why, most often a port in use',
    source: 'Spring Boot SpringApplication.java; measured',
  },
  {
    codes: [1],
    meaning: 'the JVM refused to start (an option, the heap, the main class), or an exception ended its main thread',
    source: 'OpenJDK java.c; ServerUtil.java (≥ 4.7.0: an unknown argument); measured',
  },
  {
    codes: [2],
    meaning: 'an agent of the JVM could not start, most often because its debug port is taken',
    source: 'OpenJDK debugInit.c; measured',
  },
  { codes: [3], meaning: 'the heap was full, and -XX:+ExitOnOutOfMemoryError ended the JVM', source: 'OpenJDK debug.cpp; measured' },
  { codes: [126], meaning: 'java was found but could not be executed', source: 'POSIX shell' },
  { codes: [127], meaning: 'java was not found', source: 'POSIX shell' },
  { codes: [129], meaning: 'SIGHUP: its terminal was closed; the shutdown hook ran', source: 'OpenJDK signals_posix.cpp' },
  { codes: [130], meaning: 'SIGINT (Ctrl-C); the shutdown hook ran', source: 'OpenJDK signals_posix.cpp' },
  { codes: [131], meaning: 'SIGQUIT; a JVM prints its threads on SIGQUIT and goes on, so this was not a JVM', source: 'signal(7)' },
  {
    codes: [134],
    meaning: 'SIGABRT: the JVM crashed; its report is hs_err_pid<pid>.log, if it could write one',
    source: 'OpenJDK vmError.cpp; measured',
  },
  { codes: [135], meaning: 'SIGBUS: a mapped file lost its disk space or was cut short while in use', source: 'signal(7)' },
  {
    codes: [137],
    meaning: 'SIGKILL: somebody killed it, or the kernel did because memory ran out; nothing was closed',
    source: 'signal(7)',
  },
  { codes: [139], meaning: 'SIGSEGV: native code crashed', source: 'signal(7)' },
  { codes: [143], meaning: 'SIGTERM: it was asked to stop, and its shutdown hook ran', source: 'OpenJDK signals_posix.cpp; measured' },
  {
    codes: [252],
    meaning: 'System.exit(-4): controller mode and DLedger are both switched on',
    source: 'broker/.../BrokerStartup.java',
  },
  {
    codes: [253],
    roles: ['broker'],
    meaning: 'System.exit(-3): the store or one of its JSON files could not be loaded, or namesrvAddr or brokerId is wrong',
    source: 'broker/.../BrokerStartup.java; measured',
  },
  {
    codes: [253],
    meaning: 'System.exit(-3): it could not be initialised; for a broker: its store, a JSON file in it, namesrvAddr or brokerId is wrong',
    source: 'broker/.../BrokerStartup.java, namesrv/.../NamesrvStartup.java',
  },
  { codes: [254], meaning: 'System.exit(-2): the RocketMQ home is not set', source: 'BrokerStartup.java, NamesrvStartup.java; measured' },
  {
    codes: [255],
    roles: ['broker'],
    meaning: 'System.exit(-1): an exception ended the start; most often a port in use, a store that another JVM uses, or a missing file',
    source: 'broker/.../BrokerStartup.java; measured',
  },
  {
    codes: [255],
    roles: ['namesrv', 'controller'],
    meaning: 'System.exit(-1): an exception ended the start; most often a port in use or a missing file',
    source: 'namesrv/.../NamesrvStartup.java, controller/.../ControllerStartup.java; measured',
  },
  { codes: [255], meaning: 'System.exit(-1): an exception ended the start; the console shows it', source: 'BrokerStartup.java' },
];

const SIGNAL_ROWS: Readonly<Record<string, { meaning: string; source: string }>> = {
  SIGKILL: { meaning: 'killed, by somebody or by the kernel because memory ran out; nothing was closed', source: 'signal(7)' },
  SIGABRT: {
    meaning: 'the JVM crashed; its report is hs_err_pid<pid>.log, if it could write one',
    source: 'OpenJDK vmError.cpp; measured',
  },
  SIGSEGV: { meaning: 'native code crashed', source: 'signal(7)' },
  SIGBUS: { meaning: 'a mapped file lost its disk space or was cut short while in use', source: 'signal(7)' },
  SIGILL: { meaning: 'native code has an instruction that this processor does not know', source: 'signal(7)' },
  SIGFPE: { meaning: 'native code crashed in its arithmetic', source: 'signal(7)' },
  SIGTERM: { meaning: 'asked to stop before the JVM could run its shutdown hook', source: 'signal(7)' },
  SIGINT: { meaning: 'Ctrl-C before the JVM could run its shutdown hook', source: 'signal(7)' },
  SIGHUP: { meaning: 'its terminal was closed before the JVM could run its shutdown hook', source: 'signal(7)' },
  SIGTRAP: { meaning: 'a debugger or the JVM itself stopped it', source: 'signal(7)' },
  SIGXCPU: { meaning: 'it used more processor time than its limit allows', source: 'signal(7)' },
  SIGXFSZ: { meaning: 'it wrote a file larger than its limit allows', source: 'signal(7)' },
  SIGSYS: { meaning: 'a system call was forbidden', source: 'signal(7)' },
};

/** @returns how a process ended, in the terms of RocketMQ and the JVM: one clause without a full stop. */
export function exitMeaning(
  { code, signal, adopted }: { code: number | null; signal: string | null; adopted: boolean },
  role: NodeRole | null = null,
): string {
  if (signal !== null) return SIGNAL_ROWS[signal]?.meaning ?? `ended by ${signal}`;
  if (code === null) {
    return adopted ? 'its exit status is not known, because an earlier daemon started it' : 'its exit status is not known';
  }
  const row = EXIT_ROWS.find(({ codes, roles }) => codes.includes(code) && (!roles || (role !== null && roles.includes(role))));
  return row?.meaning ?? (code > 128 && code < 160 ? `ended by signal ${code - 128}` : 'a status that neither RocketMQ nor the JVM gives');
}
