import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { asError, RmqdevError, systemCode } from '../base/errors.js';
import { classesFolder, DASHBOARD_CONFIG_CLASSES, type Dashboard, javaOfClassFile, recogniseDashboard } from '../rocketmq/dashboards.js';
import { readClassFile } from './class-file.js';
import { ZipArchive } from './zip.js';

/** A jar that runs as a dashboard. */
export type DashboardJar = Omit<Dashboard, 'mainClassFile'> & {
  path: string;
  /** The first Java that can run it. */
  java: number;
  /** When the file was written (ms since the epoch): another build is another jar. */
  modifiedMs: number;
};

const HOW_TO_GET = '`rmqdev help dashboard` says how to get one';
const MANIFEST = 'META-INF/MANIFEST.MF';
/** Also Spring Boot's launcher must be loaded. */
const launcherFile = (manifest: ReadonlyMap<string, string>) => `${manifest.get('Main-Class')?.replaceAll('.', '/')}.class`;

/**
 * Reads what a jar is: its generation, its settings and the Java that it needs.
 * @throws RmqdevError DASHBOARD_NOT_FOUND if there is no such file, DASHBOARD_INVALID if it is not a dashboard
 */
export async function readDashboardJar(path: string): Promise<DashboardJar> {
  const stats = await stat(path).catch((error: unknown) => {
    throw new RmqdevError(
      'DASHBOARD_NOT_FOUND',
      {
        what: `the dashboard ${path} cannot be read`,
        why: systemCode(error) === 'ENOENT' ? 'there is no such file' : asError(error).message,
        next: `Name the jar of a RocketMQ dashboard; ${HOW_TO_GET}`,
      },
      { cause: error },
    );
  });
  if (stats.isDirectory()) {
    const jars = await jarsIn(path);
    throw notDashboard(
      path,
      `it is a folder${jars.length === 0 ? '' : ` with ${jars.join(', ')}`}`,
      jars[0] && `Name the jar: ${join(path, jars[0])}`,
    );
  }
  try {
    using archive = await ZipArchive.open(path);
    return { path, modifiedMs: Math.round(stats.mtimeMs), ...(await readArchive(archive)) };
  } catch (error) {
    if (error instanceof RmqdevError && error.code !== 'RELEASE_INVALID') throw error;
    throw notDashboard(path, error instanceof RmqdevError ? `it is not a jar: ${error.text.why}` : asError(error).message);
  }
}

async function readArchive(archive: ZipArchive): Promise<Omit<DashboardJar, 'path' | 'modifiedMs'>> {
  const all = new Set(archive.names);
  const manifest = all.has(MANIFEST) ? parseManifest((await archive.read(MANIFEST)).toString('utf8')) : undefined;
  const folder = classesFolder(manifest);
  const names = new Set(archive.names.flatMap((name) => (name.startsWith(folder) ? [name.slice(folder.length)] : [])));
  const present = DASHBOARD_CONFIG_CLASSES.filter((name) => names.has(name));
  const constants = new Map(
    await Promise.all(present.map(async (name) => [name, readClassFile(await archive.read(`${folder}${name}`)).texts] as const)),
  );
  const found = recogniseDashboard({ manifest, names, constants });
  if ('missing' in found) {
    throw notDashboard(archive.file, `it lacks what every RocketMQ console and dashboard has: ${found.missing.join('; ')}`);
  }
  const { mainClassFile, ...dashboard } = found;
  const programs = [`${folder}${mainClassFile}`, launcherFile(manifest as ReadonlyMap<string, string>)].filter((name) => all.has(name));
  const majors = await Promise.all(programs.map(async (name) => readClassFile(await archive.read(name)).major));
  return { ...dashboard, java: javaOfClassFile(Math.max(...majors)) };
}

/** The main attributes; a line that begins with a blank continues the one before. Source: JAR File Specification. */
export function parseManifest(text: string): Map<string, string> {
  const [main = ''] = text.replace(/\r\n?/g, '\n').split(/\n\n/);
  const lines = main.replace(/\n /g, '').split('\n');
  return new Map(
    lines.flatMap((line): [string, string][] => {
      const at = line.indexOf(': ');
      return at < 0 ? [] : [[line.slice(0, at), line.slice(at + 2).trim()]];
    }),
  );
}

/**
 * The jar for a dashboard whose profile names none: the only one in `folder` (RMQDEV_HOME/dashboard).
 * @throws RmqdevError DASHBOARD_NOT_FOUND if there is none, or more than one
 */
export async function onlyDashboardIn(folder: string): Promise<string> {
  const [first, ...others] = await jarsIn(folder);
  if (first !== undefined && others.length === 0) return join(folder, first);
  throw new RmqdevError('DASHBOARD_NOT_FOUND', {
    what: first === undefined ? 'there is no dashboard to start' : 'it is not clear which dashboard to start',
    why:
      first === undefined
        ? `neither the profile nor --dashboard names a jar, and ${folder} has none`
        : `neither the profile nor --dashboard names a jar, and ${folder} has ${others.length + 1}: ${[first, ...others].join(', ')}`,
    next:
      first === undefined
        ? `Name it: --dashboard <jar>, or copy it to ${folder}; ${HOW_TO_GET}`
        : `Name one: --dashboard ${join(folder, others.at(-1) as string)}; or remove the others`,
  });
}

async function jarsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => name.endsWith('.jar')).sort();
}

function notDashboard(path: string, why: string, next = `Name the jar of a RocketMQ dashboard; ${HOW_TO_GET}`): RmqdevError {
  return new RmqdevError('DASHBOARD_INVALID', { what: `${path} is not a RocketMQ dashboard`, why, next });
}
