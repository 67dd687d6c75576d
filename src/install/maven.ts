import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import type { Clock } from '../base/clock.js';
import { RmqdevError } from '../base/errors.js';
import { counted } from '../base/units.js';
import { logbackFiles } from '../rocketmq/logback.js';
import { mavenArtifacts } from './maven-artifacts.js';
import type { Report } from './progress.js';
import { ZipArchive } from './zip.js';

export type MavenContext = { env: NodeJS.ProcessEnv; clock: Clock; signal: AbortSignal; report: Report };

/** A version that runs with Maven 3.2.5 and JDK 8. Maven's own choice depends on its version. */
const DEPENDENCY_PLUGIN_VERSION = '3.6.1';
const KILL_AFTER_MS = 2_000;
const MAX_WHY_LENGTH = 400;

/**
 * Builds a release in `home` (an empty directory) from the published artifacts: `mvn`, with the user's own settings and mirrors, copies
 * them and their runtime dependencies to `lib/`; `conf/` gets the logback files of the roles. `workDir` gets the pom, `logFile` the
 * output of Maven.
 * @throws INSTALL_FAILED (no `mvn`, or its error), DISK_FULL, the reason of `signal`; system errors unchanged.
 */
export async function assembleFromMaven(
  version: string,
  { home, workDir, logFile }: { home: string; workDir: string; logFile: string },
  context: MavenContext,
): Promise<void> {
  const lib = join(home, 'lib');
  const pom = join(workDir, 'pom.xml');
  await Promise.all([writeFile(pom, pomOf(version)), mkdir(lib, { recursive: true }), mkdir(dirname(logFile), { recursive: true })]);
  context.report({ kind: 'maven', message: `mvn resolves RocketMQ ${version} and its dependencies` });
  const args = ['-B', '-f', pom, 'dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${lib}`];
  await runMaven(version, args, workDir, logFile, context);
  await writeConf(version, home);
}

function pomOf(version: string): string {
  const dependencies = mavenArtifacts(version).map(
    (artifactId) =>
      `    <dependency><groupId>org.apache.rocketmq</groupId><artifactId>${artifactId}</artifactId><version>${version}</version></dependency>\n`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>rmqdev</groupId>
  <artifactId>release</artifactId>
  <version>${version}</version>
  <packaging>pom</packaging>
  <build><plugins><plugin>
    <groupId>org.apache.maven.plugins</groupId>
    <artifactId>maven-dependency-plugin</artifactId>
    <version>${DEPENDENCY_PLUGIN_VERSION}</version>
  </plugin></plugins></build>
  <dependencies>
${dependencies.join('')}  </dependencies>
</project>
`;
}

async function runMaven(version: string, args: string[], cwd: string, logFile: string, context: MavenContext): Promise<void> {
  const { env, signal, report } = context;
  signal.throwIfAborted();
  const maven = execa('mvn', args, {
    cwd,
    env,
    extendEnv: false,
    stdin: 'ignore',
    all: true,
    reject: false,
    detached: true,
    cleanup: false,
  });
  // Addresses and paths would not help anybody here: they are in the log file.
  const progress = (async () => {
    const done = { Downloaded: 0, Copying: 0 };
    for await (const line of maven.iterable({ from: 'all' })) {
      const kind = /^(?:\[INFO\] )?(Downloaded|Copying) /.exec(line)?.[1] as keyof typeof done | undefined;
      if (kind === undefined) continue;
      done[kind] += 1;
      const message =
        kind === 'Copying' ? `mvn has copied ${counted(done.Copying, 'jar')}` : `mvn has downloaded ${counted(done.Downloaded, 'file')}`;
      report({ kind: 'maven', message });
    }
  })();
  const stop = killOnAbort(maven, context);
  const [{ failed, all, code }] = await Promise.all([maven, progress]).finally(stop);
  await writeFile(logFile, all ?? '');
  signal.throwIfAborted();
  if (!failed) return;
  if (code === 'ENOENT') {
    throw mavenFailed(version, 'there is no `mvn` on the PATH', {
      next: `Install Maven 3.2.5 or newer, or download rocketmq-all-${version}-bin-release.zip and run \`rmqdev install <path of the zip>\``,
    });
  }
  if (all?.includes('No space left on device')) {
    throw new RmqdevError('DISK_FULL', {
      what: `RocketMQ ${version} cannot be installed from Maven`,
      why: 'mvn found no free space on the disk',
      next: `Free some (a release takes up to 150 MB, and as much in Maven's own repository) and run it again; all it printed is in ${logFile}`,
    });
  }
  throw mavenFailed(version, complaintOf(all ?? ''), {
    next: `Check Maven's settings and the network, or run \`rmqdev install <path of the zip>\`; the output of mvn is in ${logFile}`,
  });
}

/** `mvn` is a shell script: the whole process group must end. @returns a function that stops watching it. */
function killOnAbort(maven: { pid?: number | undefined }, { signal, clock }: MavenContext): () => void {
  let forgetKill = () => {};
  const kill = (deadly: NodeJS.Signals) => {
    try {
      if (maven.pid !== undefined) process.kill(-maven.pid, deadly);
    } catch {
      // It has ended in the meantime.
    }
  };
  const onAbort = () => {
    kill('SIGTERM');
    forgetKill = clock.after(KILL_AFTER_MS, () => kill('SIGKILL'));
  };
  signal.addEventListener('abort', onAbort, { once: true });
  return () => {
    signal.removeEventListener('abort', onAbort);
    forgetKill();
  };
}

const mavenFailed = (version: string, why: string, { next }: { next: string }): RmqdevError =>
  new RmqdevError('INSTALL_FAILED', { what: `RocketMQ ${version} cannot be installed from Maven`, why, next });

const ADVICE = /^(?:To see the full stack trace|Re-run Maven|For more information|After correcting|\[Help \d+\])/;

/** @returns the first of Maven's own `[ERROR]` lines without its general advice, else the end of its output. */
function complaintOf(output: string): string {
  const lines = output.split('\n').map((line) => line.trim());
  const errors = lines
    .filter((line) => line.startsWith('[ERROR]'))
    .map((line) => line.slice('[ERROR]'.length).trim())
    .filter((line) => line !== '' && !ADVICE.test(line));
  const said = errors.length > 0 ? errors.slice(0, 2) : lines.filter((line) => line !== '').slice(-3);
  const why = said.join('; ').replace(/ -> \[Help \d+\]/g, '');
  return `mvn says: ${why.length > MAX_WHY_LENGTH ? `${why.slice(0, MAX_WHY_LENGTH)}…` : why}`;
}

/** Releases from 5.1.0 on have `rmq.<role>.logback.xml` in their jars (source: each module's src/main/resources); before, rmqdev writes its own. */
async function writeConf(version: string, home: string): Promise<void> {
  const conf = join(home, 'conf');
  await mkdir(conf, { recursive: true });
  for (const [name, xml] of logbackFiles(version)) await writeFile(join(conf, name), xml);
  const jars = (await readdir(join(home, 'lib'))).filter((name) => name.startsWith('rocketmq-') && name.endsWith('.jar'));
  for (const jar of jars) {
    using archive = await ZipArchive.open(join(home, 'lib', jar));
    for (const name of archive.names.filter((entry) => /^rmq\.\w+\.logback\.xml$/.test(entry)))
      await writeFile(join(conf, name), await archive.read(name));
  }
}
