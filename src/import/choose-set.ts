import { RmqdevError } from '../base/errors.js';
import type { ConfigSet } from '../diagnose/lint/config-set.js';

/** A profile is for one machine, and nobody reads a longer list. */
const MAX_BROKERS = 100;
const MAX_NAMED = 6;

/** The set with brokers, together with the NameServers and controllers of the other sets. @throws RmqdevError NOT_IMPORTABLE, UNSUPPORTED */
export function chooseSet(sets: readonly ConfigSet[]): ConfigSet {
  const all = sets.filter(({ files }) => files.some(({ role }) => role === 'broker' || role === 'container'));
  // What a Compose file, manifest or script starts, next to files that nothing starts.
  const started = all.filter(isStarted);
  const withBrokers = started.length === 1 ? started : all;
  const [set] = withBrokers;
  if (withBrokers.length > 1) {
    const firsts = withBrokers.map(({ files }) => files.find(({ role }) => role === 'broker' || role === 'container')?.path);
    const named = [...firsts.slice(0, MAX_NAMED), ...(firsts.length > MAX_NAMED ? ['…'] : [])].join(', ');
    throw notImportable(
      `${withBrokers.length} sets of brokers that do not belong together (${named})`,
      'Name the folder or the files of one cluster',
    );
  }
  if (!set) throw notImportable('no file is the configuration of a broker', 'Name the files of the brokers, or their folder');
  const container = set.files.find(({ role }) => role === 'container');
  if (container) {
    throw new RmqdevError('UNSUPPORTED', {
      what: `${container.path} is a broker container`,
      why: 'in a profile each broker is a separate process, so what the brokers share in the container would be lost',
      next: 'Import only the files of its brokers (brokerConfigPaths), without the container file',
    });
  }
  const { length } = set.files.filter(({ role }) => role === 'broker');
  if (length > MAX_BROKERS)
    throw notImportable(
      `${length.toLocaleString('en')} files are brokers, and one machine runs at most ${MAX_BROKERS}`,
      'Name the files of one cluster',
    );
  const rest = sets.filter((other) => other !== set && !all.includes(other)).flatMap(({ files }) => files);
  return { ...set, files: [...set.files, ...rest].sort((a, b) => (a.path < b.path ? -1 : 1)) };
}

/** Whether at least half of its brokers are started by something among the files. */
function isStarted({ files, scripts }: ConfigSet): boolean {
  const brokers = files.filter(({ role }) => role === 'broker');
  const launched = new Set(scripts.flatMap(({ launches }) => launches.flatMap(({ file }) => file ?? [])));
  // A node without a file is one that a container starts.
  const own = brokers.filter(({ path, within, entries }) => launched.has(path) || (within !== undefined && entries.length === 0));
  return brokers.length > 0 && own.length * 2 >= brokers.length;
}

function notImportable(why: string, next: string): RmqdevError {
  return new RmqdevError('NOT_IMPORTABLE', { what: 'no profile can be made of these files', why, next });
}
