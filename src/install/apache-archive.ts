import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { RmqdevError } from '../base/errors.js';
import type { HomePaths } from '../base/paths.js';
import { parseSha512, sha512Of } from './checksum.js';
import { type DownloadContext, downloadPart, exists, fetchText, removePart, ServerError } from './download.js';
import type { Report } from './progress.js';

/** Source: rocketmq.apache.org/download: `archive` has every release, `dlcdn` the newest ones and is faster. */
const DEFAULT_MIRRORS = ['https://archive.apache.org/dist/rocketmq', 'https://dlcdn.apache.org/rocketmq'];
const CHECKSUM_TIMEOUT_MS = 10_000;
const PROGRESS_MS = 100;

export type ApacheContext = DownloadContext & { paths: HomePaths; env: NodeJS.ProcessEnv; report: Report };

/** A checked release zip; `discard` removes it from the cache. */
export type DownloadedZip = { file: string; url: string; sha512: string; discard: () => Promise<void> };

/** @returns the base URLs to try, in order: `RMQDEV_APACHE_MIRRORS` (comma separated), else Apache's own. */
export function apacheMirrors(env: NodeJS.ProcessEnv): string[] {
  const configured = (env.RMQDEV_APACHE_MIRRORS ?? '').split(',').map((mirror) => mirror.trim().replace(/\/+$/, ''));
  const mirrors = configured.filter((mirror) => mirror !== '');
  return mirrors.length > 0 ? mirrors : DEFAULT_MIRRORS;
}

/**
 * Downloads `<mirror>/<version>/rocketmq-all-<version>-bin-release.zip` to `cache/downloads/`, checked against the `.sha512` next to it.
 * A broken download continues at the same byte, from the next mirror and in the next call; mirrors are asked again as long as bytes arrive.
 * @throws INSTALL_FAILED (no mirror has it or its checksum), CHECKSUM_MISMATCH, the reason of `signal`; system errors unchanged.
 */
export async function downloadRelease(version: string, context: ApacheContext): Promise<DownloadedZip> {
  const name = `rocketmq-all-${version}-bin-release.zip`;
  const partFile = join(context.paths.cache, 'downloads', `${name}.part`);
  await mkdir(join(context.paths.cache, 'downloads'), { recursive: true });
  const urls = apacheMirrors(context.env).map((mirror) => `${mirror}/${version}/${name}`);
  const { sha512, mirrorUrl } = await findChecksum(version, urls, context);
  const url = await downloadChecked([mirrorUrl, ...urls.filter((other) => other !== mirrorUrl)], partFile, sha512, version, context);
  return { file: partFile, url, sha512, discard: () => removePart(partFile) };
}

async function findChecksum(version: string, urls: string[], context: ApacheContext): Promise<{ sha512: string; mirrorUrl: string }> {
  const others = new AbortController();
  const signal = AbortSignal.any([context.signal, others.signal]);
  // All are asked at once, so that several dead mirrors cost only one time-out; the first in the list that has it wins.
  const answers = urls.map((url) => checksumOf(url, { clock: context.clock, signal }));
  const settled = Promise.allSettled(answers);
  const failures: string[] = [];
  try {
    for (const answer of answers) {
      try {
        return await answer;
      } catch (error) {
        if (!(error instanceof ServerError)) throw error;
        failures.push(error.message);
      }
    }
  } finally {
    others.abort();
    await settled;
  }
  throw installFailed(version, urls, failures);
}

async function checksumOf(url: string, context: DownloadContext): Promise<{ sha512: string; mirrorUrl: string }> {
  const text = await fetchText(`${url}.sha512`, CHECKSUM_TIMEOUT_MS, context);
  if (text === undefined) {
    const isZipThere = await exists(url, CHECKSUM_TIMEOUT_MS, context);
    throw new ServerError(isZipThere ? `${url}.sha512 is missing, so the zip next to it cannot be checked` : `HTTP 404 for ${url}`);
  }
  const sha512 = parseSha512(text);
  if (!sha512) throw new ServerError(`${url}.sha512 has no SHA-512 in it`);
  return { sha512, mirrorUrl: url };
}

/** @returns the URL that the last bytes came from. */
async function downloadChecked(urls: string[], partFile: string, sha512: string, version: string, context: ApacheContext): Promise<string> {
  for (let mostBytes = await sizeOf(partFile); ; ) {
    const failures: string[] = [];
    for (const url of urls) {
      try {
        await fetchChecked(url, partFile, { sha512, says: `${urls[0]}.sha512` }, version, context);
        return url;
      } catch (error) {
        if (!(error instanceof ServerError)) throw error;
        failures.push(error.message);
      }
    }
    const sizeBytes = await sizeOf(partFile);
    if (sizeBytes <= mostBytes) throw installFailed(version, urls, failures);
    mostBytes = sizeBytes;
  }
}

type Expected = { sha512: string; says: string };

async function fetchChecked(url: string, partFile: string, expected: Expected, version: string, context: ApacheContext): Promise<void> {
  const { isResumed } = await downloadPart(url, partFile, { ...context, onProgress: throttled(url, context) });
  const actual = await sha512Of(partFile, context.signal);
  if (actual === expected.sha512) return;
  await removePart(partFile);
  // The wrong bytes may come from an earlier call or another mirror: fetch all of them from this mirror before blaming it.
  if (isResumed) return fetchChecked(url, partFile, expected, version, context);
  throw new RmqdevError('CHECKSUM_MISMATCH', {
    what: `RocketMQ ${version} from ${url} was thrown away`,
    why: `its SHA-512 is ${actual.slice(0, 16)}…, ${expected.says} says ${expected.sha512.slice(0, 16)}…`,
    next: `Run \`rmqdev install ${version}\` again; if it fails again, set RMQDEV_APACHE_MIRRORS to another mirror or use --from maven`,
  });
}

async function sizeOf(file: string): Promise<number> {
  return (await stat(file).catch(() => undefined))?.size ?? 0;
}

function throttled(url: string, { clock, report }: ApacheContext): (receivedBytes: number, totalBytes: number | undefined) => void {
  let dueMs = 0;
  return (receivedBytes, totalBytes) => {
    const nowMs = clock.monotonicMs();
    if (nowMs < dueMs && receivedBytes !== totalBytes) return;
    dueMs = nowMs + PROGRESS_MS;
    report({ kind: 'download', receivedBytes, totalBytes, url });
  };
}

function installFailed(version: string, urls: string[], failures: string[]): RmqdevError {
  return new RmqdevError('INSTALL_FAILED', {
    what: `RocketMQ ${version} cannot be downloaded from the Apache archive`,
    why: failures.join('; '),
    next: `Try \`rmqdev install ${version} --from maven\`, set RMQDEV_APACHE_MIRRORS, or download ${urls[0]} yourself, check it and run \`rmqdev install <path of the zip>\``,
  });
}
