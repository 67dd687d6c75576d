import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ZipArchive } from '../../install/zip.js';
import { nativeLibraries } from '../../rocketmq/native-libraries.js';
import type { NodeSpec } from '../spec/node-spec.js';
import type { World } from '../world.js';

const LIBRARY_PATH = '-Djava.library.path=';
/** Nodes that start together need the same file. */
const underWay = new Map<string, Promise<void>>();

/**
 * Unpacks once what a node would otherwise copy out of a jar at each start. Never rejects: without it the node does so itself.
 * @returns java's option that makes it find the file; none if it needs no such file, or the profile sets the option.
 */
export async function nativeLibraryOptions(
  node: NodeSpec,
  jars: readonly string[],
  { home, log }: Pick<World, 'home' | 'log'>,
): Promise<string[]> {
  if (node.profile.jvm.some((option) => option.startsWith(LIBRARY_PATH))) return [];
  for (const { jar: name, fileOf } of nativeLibraries(node.release.version, node.role)) {
    const jar = jars.find((path) => name.test(basename(path)));
    const file = fileOf(process.platform, process.arch);
    if (jar === undefined || file === undefined) continue;
    const folder = join(home.cache, 'native', basename(jar, '.jar'));
    try {
      await unpackOnce(jar, file, folder);
      return [LIBRARY_PATH + folder];
    } catch (error) {
      log.warn({ nodeId: node.id, err: error }, 'a native library could not be unpacked; the node does it itself');
    }
  }
  return [];
}

async function unpackOnce(jar: string, name: string, folder: string): Promise<void> {
  const target = join(folder, name);
  if (existsSync(target)) return;
  const unpacking = underWay.get(target) ?? unpack(jar, name, folder).finally(() => underWay.delete(target));
  underWay.set(target, unpacking);
  await unpacking;
}

/** Under another name first: a file that is cut off must not be loaded. */
async function unpack(jar: string, name: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  using archive = await ZipArchive.open(jar);
  const unfinished = join(folder, `${name}.${randomUUID()}`);
  try {
    await writeFile(unfinished, await archive.read(name), { mode: 0o755 });
    await rename(unfinished, join(folder, name));
  } finally {
    await rm(unfinished, { force: true });
  }
}
