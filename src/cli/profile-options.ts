import type { Argv } from 'yargs';

export type ProfileOptions = { set: string[]; heap: string[]; rocketmq?: string | undefined; java?: string | undefined };

export function profileOptions<T>(argv: Argv<T>) {
  return argv
    .option('set', {
      type: 'string',
      array: true,
      nargs: 1,
      default: [],
      describe: 'Override one field, e.g. broker-a.properties.flushDiskType=SYNC_FLUSH',
    })
    .option('heap', {
      type: 'string',
      array: true,
      nargs: 1,
      default: [],
      describe: 'Heap of a role or node, e.g. broker=512m; a size alone is for every broker',
    })
    .option('rocketmq', { type: 'string', describe: 'A version, or the path of a release directory or zip' })
    .option('java', { type: 'string', describe: 'A major version such as 17, or a JDK home' });
}

/** @returns what of a profile is overridden, as the daemon and the loader of profiles take it. */
export function overridesOf({ set, heap, rocketmq, java }: ProfileOptions) {
  return { set, heap, ...(rocketmq === undefined ? {} : { rocketmq }), ...(java === undefined ? {} : { java }) };
}
