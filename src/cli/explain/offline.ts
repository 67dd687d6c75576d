import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { RmqdevError } from '../../base/errors.js';
import type { Finding } from '../../base/finding.js';
import { counted } from '../../base/units.js';
import type { Explanation } from '../../contract/findings.js';
import { type Evidence, NO_EVIDENCE } from '../../diagnose/evidence.js';
import { explain } from '../../diagnose/explain.js';
import { type FileEvidence, readFileEvidence } from '../../evidence/read-files.js';
import { currentPlatform } from '../../process/current-platform.js';
import { exitMeaning } from '../../rocketmq/exit-status.js';
import type { SaidExit } from './words.js';

/** More of a pipe is not held: the newest counts. */
const MAX_PIPED_CHARS = 24 * 1024 * 1024;

/** An explanation that needs no daemon, and sentences on what was left out. */
export type Told = { explanation: Explanation; notices: string[] };

export function explainExit(exit: SaidExit): Told {
  return {
    explanation: {
      ...toExplanation({ ...NO_EVIDENCE, exit }, ['an exit status alone; a log, or the folder of its logs, tells more']),
      exit: { at: new Date().toISOString(), notBefore: null, ...exit, meaning: exitMeaning(exit) },
    },
    notices: [],
  };
}

export function explainText(text: string, source: string): Told {
  const lines = text.split(/\r?\n/);
  const files = [{ kind: 'unknown', path: source, firstLine: 1, lines }];
  return { explanation: toExplanation({ ...NO_EVIDENCE, files }, [`${source}, ${counted(lines.length, 'line')}`]), notices: [] };
}

/** @throws RmqdevError FILE_UNREADABLE */
export async function explainFiles(paths: readonly string[]): Promise<Told> {
  const read: FileEvidence[] = [];
  for (const path of paths) read.push(await readFileEvidence(path));
  return explainRead(read, {});
}

/** What brokers started by hand have left: `~/logs/rocketmqlogs` and `~/store`. @throws RmqdevError FILE_UNREADABLE */
export async function explainUserHome(): Promise<Told> {
  const logs = join(homedir(), 'logs', 'rocketmqlogs');
  const store = join(homedir(), 'store');
  if (!existsSync(logs)) {
    throw new RmqdevError('FILE_UNREADABLE', {
      what: 'there are no RocketMQ logs in the home folder',
      why: `${logs} does not exist`,
      next: 'Brokers started by hand write there; nodes of rmqdev have their own: `rmqdev explain`',
    });
  }
  const read = await readFileEvidence(logs);
  if (!existsSync(store)) return explainRead([read], {});
  const disk = await currentPlatform()
    .disk(store)
    .catch(() => null);
  const told = explainRead([read], { storePath: store, diskUsedRatio: disk?.usedRatio ?? null });
  if (existsSync(join(store, 'abort')))
    told.notices.push(`${join(store, 'abort')} exists: a broker runs on that store now, or it did not end in an orderly way`);
  return told;
}

function explainRead(read: readonly FileEvidence[], facts: Partial<Evidence>): Told {
  const files = read.flatMap((part) => part.files);
  const looked = files.map(({ path, lines }) => `${basename(path)} (${counted(lines.length, 'line')})`);
  return { explanation: toExplanation({ ...NO_EVIDENCE, ...facts, files }, looked), notices: read.flatMap(({ notices }) => notices) };
}

function toExplanation(evidence: Evidence, looked: string[]): Explanation {
  return { node: null, exit: null, cause: null, findings: explain(evidence).map(toWire), looked, report: null };
}

function toWire(finding: Finding): Explanation['findings'][number] {
  return { ...finding, at: [...finding.at] };
}

/** @returns what comes through a pipe, its newest part where it is long. */
export async function readPiped(stream: NodeJS.ReadableStream): Promise<string> {
  stream.setEncoding('utf8');
  let text = '';
  for await (const chunk of stream) {
    text += chunk;
    if (text.length > 2 * MAX_PIPED_CHARS) text = text.slice(-MAX_PIPED_CHARS);
  }
  return text;
}
