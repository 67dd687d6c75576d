import type { Argv } from 'yargs';

export type ProfileOptions = { set: string[]; heap: string[]; rocketmq?: string; java?: string };

export function profileOptions<T>(argv: Argv<T>): Argv<T & ProfileOptions> {
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
      describe: 'Heap of a role or node, e.g. broker=512m; alone: of every broker',
    })
    .option('rocketmq', { type: 'string', describe: 'A version, or the path of a release directory or zip' })
    .option('java', { type: 'string', describe: 'A major version such as 17, or a JDK home' }) as unknown as Argv<T & ProfileOptions>;
}
