import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { listReleases } from '../../../src/install/list-releases.js';
import { readReleaseHome } from '../../../src/install/release-home.js';
import { harness, Mirror, releaseZip, temporaryFolder, writeRelease, zipName, zipOf } from './support.js';

test('a directory is used where it is', async () => {
  const dir = await writeRelease(join(await temporaryFolder(), 'mine'), '4.9.7');
  const { install, installed } = await harness();
  const expected = { home: dir, version: '4.9.7', source: 'directory' };
  expect(await install({ wanted: dir })).toMatchObject(expected);
  expect(await install({ wanted: '4.9.7', from: dir })).toMatchObject(expected);
  expect(await installed()).toEqual([]);
  await expect(install({ wanted: '5.5.0', from: dir })).rejects.toMatchObject({
    code: 'RELEASE_INVALID',
    text: { why: 'that holds 4.9.7' },
  });
});

test('a zip is installed once, under its version, and beside another build of that version', async () => {
  const dir = await temporaryFolder();
  const [first, second] = [join(dir, 'first.zip'), join(dir, 'second.zip')] as const;
  await writeFile(first, await releaseZip('5.5.0'));
  await writeFile(second, await releaseZip('5.5.0', 100));
  const { install, installed, paths, progress } = await harness();

  expect(await install({ wanted: first })).toMatchObject({ home: join(paths.releases, '5.5.0'), source: 'zip' });
  const unpacked = progress.filter(({ kind }) => kind === 'unpack').length;
  expect(await install({ from: first })).toMatchObject({ home: join(paths.releases, '5.5.0'), source: 'zip' });
  expect(progress.filter(({ kind }) => kind === 'unpack')).toHaveLength(unpacked);

  const other = await install({ wanted: second });
  expect(other.home).toMatch(/5\.5\.0-[0-9a-f]{8}$/);
  expect(await installed()).toHaveLength(2);
  await rm(first);
  expect(await install({ wanted: '5.5.0' })).toMatchObject({ home: join(paths.releases, '5.5.0'), source: 'installed' });
});

test('a zip with an entry that would escape writes nothing', async () => {
  const dir = await temporaryFolder();
  const zip = await releaseZip('5.5.0', 0, [{ name: 'xx/xx/escaped', content: 'out' }]);
  const slip = join(dir, 'slip.zip');
  await writeFile(slip, Buffer.from(zip.toString('latin1').replaceAll('xx/xx/escaped', '../../escaped'), 'latin1'));
  const { install, installed } = await harness();
  await expect(install({ wanted: slip })).rejects.toMatchObject({
    code: 'RELEASE_INVALID',
    text: { why: expect.stringContaining('../../escaped') },
  });
  expect(await installed()).toEqual([]);
});

test('a zip with a damaged file is refused', async () => {
  const dir = await temporaryFolder();
  const zip = await releaseZip('5.5.0', 10_000);
  zip[5_000] = (zip[5_000] as number) ^ 0xff;
  await writeFile(join(dir, 'bad.zip'), zip);
  const { install, installed } = await harness();
  await expect(install({ wanted: join(dir, 'bad.zip') })).rejects.toMatchObject({ code: 'RELEASE_INVALID' });
  expect(await installed()).toEqual([]);
});

test.each([
  ['no zip', () => Promise.resolve(Buffer.from('<html>')), /end of central directory|central directory/i],
  ['the source code', () => zipOf([{ name: 'rocketmq-5.5.0/pom.xml', content: '' }]), /source code/],
  ['something else', () => zipOf([{ name: 'photos/one.jpg', content: '' }]), /photos\/lib\/rocketmq-broker-<version>\.jar/],
])('a .zip that is %s is refused with the reason', async (_, content, why) => {
  const file = join(await temporaryFolder(), 'release.zip');
  await writeFile(file, await content());
  const { install } = await harness();
  await expect(install({ wanted: file })).rejects.toMatchObject({ code: 'RELEASE_INVALID', text: { why: expect.stringMatching(why) } });
});

test('a directory that is none: what is missing, and which one was probably meant', async () => {
  const dir = await temporaryFolder();
  const release = await writeRelease(join(dir, 'rocketmq-all-5.5.0-bin-release'), '5.5.0');
  await mkdir(join(release, 'bin'));
  const source = join(dir, 'source');
  const built = await writeRelease(join(source, 'distribution', 'target', 'rocketmq-5.5.0', 'rocketmq-5.5.0'), '5.5.0');
  await mkdir(join(source, 'broker'));
  await writeFile(join(source, 'pom.xml'), '');
  const two = await writeRelease(join(dir, 'two'), '5.5.0');
  await writeRelease(two, '4.9.7');
  await mkdir(join(dir, 'half', 'lib'), { recursive: true });

  const rejection = async (path: string) => (await readReleaseHome(path).catch((error) => error)).text;
  expect(await rejection(dir)).toMatchObject({ why: 'it has no lib/ and no conf/', next: `Did you mean ${release}?` });
  expect(await rejection(join(release, 'bin'))).toMatchObject({ next: `Did you mean ${release}?` });
  expect(await rejection(source)).toMatchObject({ why: expect.stringContaining('source tree'), next: `Did you mean ${built}?` });
  expect(await rejection(two)).toMatchObject({ why: 'lib/ has the jars of more than one release: 4.9.7, 5.5.0' });
  expect(await rejection(join(dir, 'half'))).toMatchObject({ why: 'it has no lib/rocketmq-broker-<version>.jar and no conf/' });
  expect(await rejection(join(dir, 'nowhere'))).toMatchObject({ why: 'there is no such file or directory' });
  await rm(built, { recursive: true });
  expect(await rejection(source)).toMatchObject({ next: expect.stringContaining('mvn -Prelease-all') });
});

test('a version that is none: the tested ones and the nearest', async () => {
  const { install } = await harness();
  for (const wanted of ['4.99', 'foo', '5.5', 'latest']) {
    await expect(install({ wanted })).rejects.toMatchObject({
      code: 'RELEASE_UNKNOWN',
      text: { next: expect.stringContaining('4.9.7, 5.3.3, 5.5.0') },
    });
  }
  await expect(install({ wanted: '4.99' })).rejects.toMatchObject({ text: { next: expect.stringContaining('Did you mean 4.9.7?') } });
});

test('ROCKETMQ_HOME decides where no version was named, or its own', async () => {
  const dir = await writeRelease(join(await temporaryFolder(), 'mine'), '5.3.3');
  const { install, notices } = await harness();
  for (const wanted of [undefined, '5.3.3']) {
    expect(await install({ wanted, rocketmqHome: dir })).toMatchObject({ home: dir, version: '5.3.3', source: 'rocketmq-home' });
  }
  expect(notices()).toContain(`ROCKETMQ_HOME decides: RocketMQ 5.3.3 in ${dir}`);
});

test('ROCKETMQ_HOME may be a zip', async () => {
  const zip = join(await temporaryFolder(), zipName('5.3.3'));
  await writeFile(zip, await releaseZip('5.3.3'));
  const { install, installed } = await harness();
  expect(await install({ rocketmqHome: zip })).toMatchObject({ version: '5.3.3', source: 'rocketmq-home' });
  expect(await installed()).toEqual(['5.3.3']);
});

test('ROCKETMQ_HOME of another version, or no release at all, is passed over and said so', async () => {
  const dir = await temporaryFolder();
  const other = await writeRelease(join(dir, 'other'), '5.3.3');
  const { install, notices, paths } = await harness();
  await writeRelease(join(paths.releases, '5.5.0'), '5.5.0');
  expect(await install({ wanted: '5.5.0', rocketmqHome: other })).toMatchObject({ source: 'installed' });
  expect(await install({ rocketmqHome: join(dir, 'nowhere') })).toMatchObject({ source: 'installed' });
  expect(await install({ rocketmqHome: join(dir, 'nowhere.zip') })).toMatchObject({ source: 'installed' });
  expect(notices()).toEqual([
    `ROCKETMQ_HOME (${other}) is not used: it holds RocketMQ 5.3.3, not 5.5.0`,
    expect.stringContaining('there is no such file or directory'),
    expect.stringContaining('nowhere.zip'),
  ]);
});

test('--from leaves ROCKETMQ_HOME aside', async () => {
  const dir = await writeRelease(join(await temporaryFolder(), 'mine'), '5.5.0');
  const mirror = (await Mirror.start()).offer('5.5.0', await releaseZip('5.5.0'));
  const { install, notices } = await harness({ RMQDEV_APACHE_MIRRORS: mirror.url });
  expect(await install({ rocketmqHome: dir, from: 'apache' })).toMatchObject({ source: 'apache' });
  expect(await install({ from: 'maven' })).toMatchObject({ source: 'installed' });
  expect(notices()).toEqual([expect.stringContaining('5.5.0 is installed already, from apache')]);
});

test('the installed releases are listed with their source and size, without what is broken or half done', async () => {
  const mirror = (await Mirror.start()).offer('5.5.0', await releaseZip('5.5.0', 1_000));
  const { install, paths } = await harness({ RMQDEV_APACHE_MIRRORS: mirror.url });
  expect(await listReleases(paths)).toEqual([]);
  await install();
  await writeRelease(join(paths.releases, '4.9.7'), '4.9.7');
  await mkdir(join(paths.releases, '5.3.3', 'lib'), { recursive: true });
  await mkdir(join(paths.releases, '.4.7.0.staging-x'));
  const releases = await listReleases(paths);
  expect(releases).toMatchObject([
    { version: '4.9.7', home: join(paths.releases, '4.9.7'), source: 'directory', bytes: 3, installedAt: undefined },
    { version: '5.5.0', home: join(paths.releases, '5.5.0'), source: 'apache', installedAt: expect.stringMatching(/^\d{4}-.*Z$/) },
  ]);
  expect(releases[1]?.bytes).toBeGreaterThan(1_000);
});

test.each(['3.2.1', '9.9.9'])('RocketMQ %s is refused before anything is downloaded', async (version) => {
  const { install, installed, progress } = await harness();
  await expect(install({ wanted: version })).rejects.toMatchObject({
    code: 'RELEASE_UNKNOWN',
    text: { why: 'rmqdev runs RocketMQ 4 and 5' },
  });
  expect({ installed: await installed(), progress }).toEqual({ installed: [], progress: [] });
});
