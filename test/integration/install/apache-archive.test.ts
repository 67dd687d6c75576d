import { once } from 'node:events';
import { access, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../../src/base/clock.js';
import { exists, STALL_MS } from '../../../src/install/download.js';
import { deadMirror, harness, Mirror, releaseZip, serveRanges, sha512, zipName } from './support.js';

const MEGABYTE = 1_048_576;

test('a release is downloaded, checked, unpacked without its top folder and found again without the network', async () => {
  const mirror = (await Mirror.start()).offer('5.5.0', await releaseZip('5.5.0'));
  const { install, installed, progress, paths } = await harness({ RMQDEV_APACHE_MIRRORS: mirror.url });

  const release = await install();
  expect(release).toEqual({
    home: join(paths.releases, '5.5.0'),
    version: '5.5.0',
    jars: ['netty-all-4.1.65.Final.jar', 'rocketmq-broker-5.5.0.jar'].map((name) => join(paths.releases, '5.5.0', 'lib', name)),
    source: 'apache',
  });
  expect((await stat(join(release.home, 'bin', 'mqbroker'))).mode & 0o777).toBe(0o755);
  expect((await stat(join(release.home, 'conf', 'broker.conf'))).mode & 0o111).toBe(0);
  expect(await readdir(join(paths.cache, 'downloads'))).toEqual([]);
  expect(progress.at(-1)).toEqual({ kind: 'done', home: release.home, version: '5.5.0', source: 'apache' });

  await mirror.stop();
  expect(await install({ wanted: '5.5.0' })).toEqual({ ...release, source: 'installed' });
  expect(await installed()).toEqual(['5.5.0']);
});

test('a wrong checksum installs nothing and keeps nothing', async () => {
  const mirror = (await Mirror.start()).offer('5.5.0', await releaseZip('5.5.0'));
  mirror.answers.set(`${zipName('5.5.0')}.sha512`, (_, response) => response.end(sha512(Buffer.from('something else'))));
  const { install, installed, paths } = await harness({ RMQDEV_APACHE_MIRRORS: mirror.url });

  const why = expect.stringContaining(sha512(Buffer.from('something else')).slice(0, 16));
  await expect(install()).rejects.toMatchObject({ code: 'CHECKSUM_MISMATCH', text: { why } });
  expect(await installed()).toEqual([]);
  expect(await readdir(join(paths.cache, 'downloads'))).toEqual([]);
});

test('a zip without a checksum beside it is not fetched, and the error says how to go on', async () => {
  const mirror = (await Mirror.start()).offer('5.5.0', await releaseZip('5.5.0'));
  mirror.answers.delete(`${zipName('5.5.0')}.sha512`);
  const { install } = await harness({ RMQDEV_APACHE_MIRRORS: mirror.url });

  await expect(install({ from: 'apache' })).rejects.toMatchObject({
    code: 'INSTALL_FAILED',
    text: { why: expect.stringContaining('.sha512 is missing'), next: expect.stringContaining('rmqdev install <path of the zip>') },
  });
  expect(mirror.zipRequests()).toEqual([]);
});

test('a release that no mirror has names the nearest one that is tested', async () => {
  const mirror = await Mirror.start();
  const { install, notices } = await harness({ RMQDEV_APACHE_MIRRORS: mirror.url });
  await expect(install({ wanted: '5.5.1', from: 'apache' })).rejects.toMatchObject({
    code: 'INSTALL_FAILED',
    text: { why: expect.stringContaining(`HTTP 404 for ${mirror.url}/5.5.1/`), next: expect.stringContaining('Did you mean 5.5.0?') },
  });
  expect(notices()).toEqual([expect.stringContaining('5.5.1 is not among the releases rmqdev is tested with')]);
});

test('a download that was cut goes on where it stopped, and no byte is fetched twice', async () => {
  const zip = await releaseZip('5.5.0', MEGABYTE);
  const mirror = (await Mirror.start()).offer('5.5.0', zip, serveRanges(zip, { cutAfterBytes: 300_000 }));
  const { install, progress } = await harness({ RMQDEV_APACHE_MIRRORS: mirror.url });

  expect((await install()).source).toBe('apache');
  const [first, second, ...more] = mirror.zipRequests();
  expect(first?.range).toBeUndefined();
  const resumedAt = Number(/^bytes=(\d+)-$/.exec(second?.range ?? '')?.[1]);
  expect(resumedAt).toBeGreaterThan(0);
  expect(resumedAt).toBeLessThanOrEqual(300_000);
  expect(second?.ifRange).toBe('"one"');
  expect(more).toEqual([]);
  const received = progress.flatMap((step) => (step.kind === 'download' ? [step.receivedBytes] : []));
  expect(received).toEqual(received.toSorted((a, b) => a - b));
  expect(received.at(-1)).toBe(zip.length);
});

test('a mirror that is down or breaks off hands over to the next, which goes on', async () => {
  const zip = await releaseZip('5.5.0', MEGABYTE);
  const broken = (await Mirror.start()).offer('5.5.0', zip, serveRanges(zip, { cutAfterBytes: 300_000, etag: '"its own"' }));
  const sound = (await Mirror.start()).offer('5.5.0', zip);
  const { install } = await harness({ RMQDEV_APACHE_MIRRORS: `${await deadMirror()},${broken.url},${sound.url}` });

  await install();
  expect(broken.zipRequests()).toHaveLength(1);
  expect(sound.zipRequests()).toMatchObject([{ range: expect.stringMatching(/^bytes=[1-9]\d*-$/), ifRange: undefined }]);
});

test('a server that knows no ranges starts over, and a file that changed meanwhile too', async () => {
  const zip = await releaseZip('5.5.0', MEGABYTE);
  const mirror = (await Mirror.start()).offer('5.5.0', zip, (_, response) => response.end(zip));
  const { install, paths } = await harness({ RMQDEV_APACHE_MIRRORS: mirror.url });
  const part = join(paths.cache, 'downloads', `${zipName('5.5.0')}.part`);
  await mkdir(join(paths.cache, 'downloads'), { recursive: true });
  await writeFile(part, 'the beginning of something else');
  await install();
  expect(mirror.zipRequests().map(({ range }) => range)).toEqual(['bytes=31-']);

  const next = await releaseZip('5.3.3', MEGABYTE);
  mirror.offer('5.3.3', next, serveRanges(next, { etag: '"new"' }));
  const nextPart = join(paths.cache, 'downloads', `${zipName('5.3.3')}.part`);
  await writeFile(nextPart, 'the beginning of something else');
  await writeFile(`${nextPart}.json`, JSON.stringify({ url: `${mirror.url}/5.3.3/${zipName('5.3.3')}`, validator: '"old"' }));
  await install({ wanted: '5.3.3' });
  expect(mirror.zipRequests().slice(1)).toMatchObject([{ range: 'bytes=31-', ifRange: '"old"' }]);
});

test.each([
  ['wrong', (zip: Buffer) => Buffer.alloc(1_000, 'x').subarray(0, Math.min(1_000, zip.length - 1))],
  ['too long', (zip: Buffer) => Buffer.alloc(zip.length + 1)],
])('an earlier part that is %s is dropped instead of blaming the mirror', async (_, partOf) => {
  const zip = await releaseZip('5.5.0', 10_000);
  const mirror = (await Mirror.start()).offer('5.5.0', zip);
  const { install, paths } = await harness({ RMQDEV_APACHE_MIRRORS: mirror.url });
  await mkdir(join(paths.cache, 'downloads'), { recursive: true });
  await writeFile(join(paths.cache, 'downloads', `${zipName('5.5.0')}.part`), partOf(zip));
  expect((await install()).source).toBe('apache');
  expect(mirror.zipRequests()).toHaveLength(2);
});

test('a part that is complete is checked and used', async () => {
  const zip = await releaseZip('5.5.0');
  const mirror = (await Mirror.start()).offer('5.5.0', zip);
  const { install, paths, progress } = await harness({ RMQDEV_APACHE_MIRRORS: mirror.url });
  await mkdir(join(paths.cache, 'downloads'), { recursive: true });
  await writeFile(join(paths.cache, 'downloads', `${zipName('5.5.0')}.part`), zip);
  await install();
  expect(progress.filter(({ kind }) => kind === 'download')).toEqual([]);
});

test('a mirror that falls silent in the middle is given up', async () => {
  const zip = await releaseZip('5.5.0', MEGABYTE);
  const silent = (await Mirror.start()).offer('5.5.0', zip, (_, response) => {
    response.writeHead(200, { 'content-length': zip.length });
    response.write(zip.subarray(0, 1_000));
  });
  const sound = (await Mirror.start()).offer('5.5.0', zip);
  const { install } = await harness({ RMQDEV_APACHE_MIRRORS: `${silent.url},${sound.url}` });
  const clock = {
    ...systemClock,
    after: (delayMs: number, callback: () => void) => systemClock.after(delayMs === STALL_MS ? 200 : delayMs, callback),
  };
  await install({}, { clock });
  expect(sound.zipRequests()).toMatchObject([{ range: 'bytes=1000-' }]);
});

test('an install stopped in mid-download leaves no release, and the next one goes on', async () => {
  const zip = await releaseZip('5.5.0', MEGABYTE);
  let isHeld = true;
  const whole = serveRanges(zip);
  const mirror = (await Mirror.start()).offer('5.5.0', zip, (request, response) => {
    if (!isHeld) return whole(request, response);
    response.writeHead(200, { 'content-length': zip.length, etag: '"one"' });
    response.write(zip.subarray(0, 400_000));
  });
  const { install, installed } = await harness({ RMQDEV_APACHE_MIRRORS: mirror.url });
  const stop = new AbortController();
  const stopped = install(
    {},
    { signal: stop.signal, report: (step) => step.kind === 'download' && step.receivedBytes > 0 && stop.abort() },
  );
  await expect(stopped).rejects.toMatchObject({ code: 'INTERRUPTED' });
  expect(await installed()).toEqual([]);

  isHeld = false;
  await install();
  expect(mirror.zipRequests()[1]?.range).toMatch(/^bytes=[1-9]\d*-$/);
});

test('two installs at once download once, and the second says that it waits', async () => {
  const zip = await releaseZip('5.5.0', MEGABYTE);
  const mirror = (await Mirror.start()).offer('5.5.0', zip);
  const { install, progress, installed } = await harness({ RMQDEV_APACHE_MIRRORS: mirror.url });
  const releases = await Promise.all([install(), install()]);
  expect(releases.map(({ source }) => source).sort()).toEqual(['apache', 'installed']);
  expect(mirror.zipRequests()).toHaveLength(1);
  expect(progress.filter(({ kind }) => kind === 'waiting')).toHaveLength(1);
  expect(await installed()).toEqual(['5.5.0']);
});

test('what a killed install left behind is removed by the next, and a damaged release is moved aside', async () => {
  const mirror = (await Mirror.start()).offer('5.5.0', await releaseZip('5.5.0'));
  const { install, installed, notices, paths } = await harness({ RMQDEV_APACHE_MIRRORS: mirror.url });
  await mkdir(join(paths.releases, '.5.5.0.staging-killed', 'home'), { recursive: true });
  await mkdir(join(paths.releases, '.5.3.3.staging-alive', 'home'), { recursive: true });
  await mkdir(join(paths.releases, '5.5.0', 'lib'), { recursive: true });
  await writeFile(join(paths.releases, '5.5.0', 'notes.txt'), 'mine');
  await install();
  expect(notices()).toEqual([expect.stringContaining('is damaged (it has no lib/rocketmq-broker-<version>.jar and no conf/)')]);
  const aside = (await installed()).find((name) => name.startsWith('.5.5.0.damaged-')) ?? '';
  expect(await readFile(join(paths.releases, aside, 'notes.txt'), 'utf8')).toBe('mine');
  expect((await installed()).sort()).toEqual(['.5.3.3.staging-alive', aside, '5.5.0']);
});

test('a full disk is told as such', { skip: process.platform !== 'linux' }, async () => {
  const mirror = (await Mirror.start()).offer('5.5.0', await releaseZip('5.5.0'));
  const { install, installed, paths } = await harness({ RMQDEV_APACHE_MIRRORS: mirror.url });
  await mkdir(join(paths.cache, 'downloads'), { recursive: true });
  await access('/dev/full');
  await symlink('/dev/full', join(paths.cache, 'downloads', `${zipName('5.5.0')}.part`));
  await expect(install()).rejects.toMatchObject({ code: 'DISK_FULL', text: { what: expect.stringContaining(paths.root) } });
  expect(await installed()).toEqual([]);
});

test('a server that takes a connection and never answers has nothing, once its time is over', async () => {
  const server = createServer(() => {}).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const signal = new AbortController().signal;
  expect(await exists(`http://127.0.0.1:${port}/`, 50, { clock: systemClock, signal })).toBe(false);
  server.closeAllConnections();
  server.close();
});
