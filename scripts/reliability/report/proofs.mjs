/**
 * The proofs of docs/reliability.md: the target, the command for the figures, and the figures with a limit.
 * `zero` names figures (a path with dots) whose target is 0, `atLeast` those that must reach a number; every other figure is shown as it came out.
 * A file that holds several runs under a name each (`{"4.9.7": {…}}`) is shown run by run.
 */
export const PROOFS = [
  {
    file: 'kill-points.json',
    title: 'The daemon killed at random points, on fake JVMs',
    target:
      '1,000 random kill points: 0 orphans, 0 duplicates, 0 nodes reported alive that are dead or dead that are alive, 0 lost journal entries',
    command: 'npm run reliability -- kill-points --rounds 1000',
    zero: ['violations.*', 'failures'],
    atLeast: { rounds: 1000 },
  },
  {
    file: 'kill-points-real.json',
    title: 'The daemon killed at random points, on real brokers',
    target: 'the same with 30 on a real 2m2s',
    command: 'npm run reliability -- kill-points --real --rounds 30',
    zero: ['violations.*', 'failures'],
    atLeast: { rounds: 30 },
  },
  {
    file: 'crashes.json',
    title: 'Node crashes under a steady send',
    target: '200 random crashes on 2m2s with sync replication: acknowledged messages lost = 0; every crash reported once',
    command: 'npm run reliability -- crashes',
    zero: ['lost', 'anomalies'],
    atLeast: { crashes: 200 },
  },
  {
    file: 'rolling.json',
    title: 'A cluster that changes under a steady send',
    target:
      'release by release, nodes of two releases at once, another heap, another property, one pair more, one pair less: no acknowledged message lost, no send refused by every master',
    command: 'npm run reliability -- rolling',
    zero: ['lost', 'refused', 'damaged', 'anomalies'],
    atLeast: {},
  },
  {
    file: 'down-at-once.json',
    title: 'A cluster that is deleted as soon as it is ready',
    target:
      'on 8 releases and 2 JDKs, `up single` and at once `down --delete`: no process is left at the moment it returns, and 10 s later the cluster is still deleted',
    command: 'npm run reliability -- down-at-once',
    zero: ['processesLeft', 'foldersBack', 'failures'],
    atLeast: { cells: 16 },
  },
  {
    file: 'clean-stops.json',
    title: 'Stores that are closed by every stop',
    target:
      'a pair on 4.7.0, 4.9.7 and 5.5.0, each stopped and started 100 times with messages, offsets of a group and a delayed message that is pending: each start says `last shutdown normally`, nothing is lost, no table is damaged',
    command: 'npm run reliability -- clean-stops',
    zero: ['notNormally', 'messagesLost', 'offsetsLost', 'tablesDamaged', 'failures'],
    atLeast: { rounds: 300 },
  },
  {
    file: 'broken-state.json',
    title: 'Truncated state files, through the CLI',
    target: '50 random ones: `status`, `stop` and `down` still work',
    command: 'npm run reliability -- broken-state --rounds 50',
    zero: ['failures'],
    atLeast: { rounds: 50 },
  },
  {
    file: 'socket-fuzz.json',
    title: 'Hostile requests on the socket',
    target:
      '20,000 malformed, huge, slow, half-closed and unauthorised requests: the daemon stays up, its memory returns, good calls are answered',
    command: 'npm run reliability -- socket-fuzz',
    zero: ['failures'],
    atLeast: {},
  },
  {
    file: 'reader.json',
    title: 'A search of 1 GB of log while nodes crash',
    target:
      'a reader does not stop supervision: a crashed node is launched again as fast as without the reader, memory stays bounded, a pattern that never ends is stopped',
    command: 'npm run reliability -- reader',
    zero: ['failures'],
    atLeast: {},
  },
  {
    file: 'hostile.json',
    title: 'A hostile machine',
    target:
      'full disk, missing `ps`, deleted socket or home, read-only home, clock jumps, 10,000 log lines a second, a log of 5 GB: a clear message, bounded memory',
    command: 'npm run reliability -- hostile',
    zero: ['failures'],
    atLeast: {},
  },
];
