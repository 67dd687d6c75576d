import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { until } from '../../support/until.js';
import { harness, temporaryFolder, zipOf } from './support.js';

/** A folder for the PATH with an `mvn` that runs `script` with $lib set to the wanted output directory. */
async function fakeMaven(script: string): Promise<string> {
  const bin = await temporaryFolder();
  const getLib = 'for arg; do case "$arg" in -DoutputDirectory=*) lib=$(echo "$arg" | cut -d= -f2-);; esac; done\n';
  await writeFile(join(bin, 'mvn'), `#!/bin/sh\nhere='${bin}'\n${getLib}${script}\n`);
  await chmod(join(bin, 'mvn'), 0o755);
  return bin;
}

/** @returns what `ps` calls its state: Z where only init has still to reap it, nothing where it is gone. */
const processState = async (pid: string): Promise<string> =>
  (await execa('ps', ['-o', 'state=', '-p', pid], { reject: false })).stdout.trim();

const withPrograms = (bin: string) => ({ PATH: `${bin}:/usr/bin:/bin` });

test('without the archive, Maven is asked: jars in lib/, the logback files of the jars in conf/', async () => {
  const bin = await fakeMaven(
    'cat "$3" > "$here/pom.xml"; cp "$here"/jars/*.jar "$lib"; echo "[INFO] Copying rocketmq-broker-5.5.0.jar to $lib"',
  );
  await mkdir(join(bin, 'jars'));
  await writeFile(join(bin, 'jars', 'rocketmq-broker-5.5.0.jar'), await zipOf([{ name: 'rmq.broker.logback.xml', content: '<broker/>' }]));
  await writeFile(
    join(bin, 'jars', 'rocketmq-namesrv-5.5.0.jar'),
    await zipOf([{ name: 'rmq.namesrv.logback.xml', content: '<namesrv/>' }]),
  );
  await writeFile(join(bin, 'jars', 'netty-all-4.1.jar'), 'not a zip, not opened');
  const { install, notices, progress, paths } = await harness(withPrograms(bin));

  const release = await install();
  expect(release).toMatchObject({ home: join(paths.releases, '5.5.0'), version: '5.5.0', source: 'maven' });
  expect(release.jars).toHaveLength(3);
  expect(await readFile(join(release.home, 'conf', 'rmq.broker.logback.xml'), 'utf8')).toBe('<broker/>');
  expect(await readFile(join(release.home, 'conf', 'rmq.namesrv.logback.xml'), 'utf8')).toBe('<namesrv/>');
  expect(notices()).toEqual([expect.stringMatching(/Apache archive .*ECONNREFUSED.*; trying Maven$/)]);
  expect(progress).toContainEqual({ kind: 'maven', message: 'mvn has copied 1 jar' });
  expect(await readFile(join(bin, 'pom.xml'), 'utf8')).toContain('<artifactId>rocketmq-controller</artifactId><version>5.5.0</version>');
});

test('a release that reads its logback files from conf/ gets them', async () => {
  const bin = await fakeMaven('cp "$here"/rocketmq-broker-4.9.7.jar "$lib"');
  await writeFile(join(bin, 'rocketmq-broker-4.9.7.jar'), await zipOf([{ name: 'org/apache/Broker.class', content: '' }]));
  const { install } = await harness(withPrograms(bin));
  const { home } = await install({ wanted: '4.9.7', from: 'maven' });
  for (const role of ['broker', 'namesrv']) expect((await stat(join(home, 'conf', `logback_${role}.xml`))).size).toBeGreaterThan(0);
});

test('what Maven complains about is told without its advice, and the whole of it kept', async () => {
  const bin = await fakeMaven(`cat <<'END'
[INFO] Scanning for projects...
[ERROR] Failed to execute goal on project release: Could not find artifact org.apache.rocketmq:rocketmq-broker:jar:5.5.0 in central -> [Help 1]
[ERROR] 
[ERROR] To see the full stack trace of the errors, re-run Maven with the -e switch.
[ERROR] [Help 1] http://cwiki.apache.org/confluence/display/MAVEN/DependencyResolutionException
END
exit 1`);
  const { install, installed, paths } = await harness(withPrograms(bin));
  const error = await install({ from: 'maven' }).catch((cause) => cause);
  expect(error).toMatchObject({
    code: 'INSTALL_FAILED',
    text: {
      why: 'mvn says: Failed to execute goal on project release: Could not find artifact org.apache.rocketmq:rocketmq-broker:jar:5.5.0 in central',
      next: expect.stringContaining(join(paths.cache, 'maven-5.5.0.log')),
    },
  });
  expect(await readFile(join(paths.cache, 'maven-5.5.0.log'), 'utf8')).toContain('Scanning for projects');
  expect(await installed()).toEqual([]);
});

test('a start script that fails before Maven runs is quoted', async () => {
  const bin = await fakeMaven('echo "The JAVA_HOME environment variable is not defined correctly" >&2; exit 1');
  const { install } = await harness(withPrograms(bin));
  await expect(install({ from: 'maven' })).rejects.toMatchObject({
    text: { why: expect.stringContaining('JAVA_HOME environment variable') },
  });
});

test('a disk that Maven found full is told as such', async () => {
  const bin = await fakeMaven('echo "[ERROR] netty-all.jar: No space left on device"; exit 1');
  const { install } = await harness(withPrograms(bin));
  await expect(install({ from: 'maven' })).rejects.toMatchObject({ code: 'DISK_FULL' });
});

test('without mvn: both sources are named, and what to do', async () => {
  const { install, installed } = await harness();
  await expect(install()).rejects.toMatchObject({
    code: 'INSTALL_FAILED',
    text: {
      why: expect.stringMatching(/^Apache archive: .*ECONNREFUSED.*; Maven: there is no `mvn` on the PATH$/),
      next: expect.stringContaining('Install Maven'),
    },
  });
  expect(await installed()).toEqual([]);
});

test('Maven that delivers something else installs nothing', async () => {
  const bin = await fakeMaven('cp "$here"/rocketmq-broker-5.3.3.jar "$lib"');
  await writeFile(join(bin, 'rocketmq-broker-5.3.3.jar'), await zipOf([{ name: 'a', content: '' }]));
  const { install, installed } = await harness(withPrograms(bin));
  await expect(install({ from: 'maven' })).rejects.toMatchObject({ code: 'RELEASE_INVALID', text: { why: 'it holds RocketMQ 5.3.3' } });
  expect(await installed()).toEqual([]);
});

test('a stopped install ends Maven and all that it started', async () => {
  const bin = await fakeMaven('sleep 300 & echo "$$ $!" > "$here/pids.tmp"; mv "$here/pids.tmp" "$here/pids"; wait');
  const { install, installed } = await harness(withPrograms(bin));
  const stop = new AbortController();
  const stopped = install({ from: 'maven' }, { signal: stop.signal }).catch((error) => error);
  const pids = await until(() => readFile(join(bin, 'pids'), 'utf8'));
  stop.abort();
  expect(await stopped).toMatchObject({ code: 'INTERRUPTED' });
  for (const pid of pids.trim().split(' ')) await until(async () => expect(await processState(pid)).toMatch(/^Z?$/));
  expect(await installed()).toEqual([]);
});
