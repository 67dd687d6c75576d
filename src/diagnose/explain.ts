import type { Finding, FindingPlace } from '../base/finding.js';
import { exitMeaning } from '../rocketmq/exit-status.js';
import { appliesTo, fitsExit, type Sighting, type Symptom } from '../rocketmq/symptom.js';
import { SYMPTOMS } from '../rocketmq/symptoms.js';
import type { Evidence, EvidenceFile } from './evidence.js';

/** How many lines of a record (a line and its stack trace) are examined. */
const MAX_RECORD_LINES = 80;
/** Longer lines are cut before a pattern sees them; in characters. */
const MAX_LINE_CHARS = 4_000;
/** An unknown text of at most this many lines counts as a line that the user asks about, with the lines around it. */
const ASKED_LINES = 40;
/** Matches of one row in one file; more of them tell nothing new. */
const MAX_SIGHTINGS = 50;
/** Of each finding. */
const MAX_PLACES = 3;
const MAX_PLACE_CHARS = 500;

/** The lines after the first line of a Java stack trace. */
const CONTINUATION = /^(?:\s|Caused by: |Suppressed: |\.\.\. \d+ |#)/;
/** A line of RocketMQ's logs begins with its time; the lines between two such lines belong to the first. */
const TIMED = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/;

type Seen = Sighting & { index: number; place: FindingPlace };
type Match = { symptom: Symptom; sighting: Sighting; places: readonly FindingPlace[] };

/**
 * What is wrong: the cause first, then its consequences; each code once. Empty if nothing is known to be wrong, as in the
 * logs of a healthy node. Pure; never throws; takes time in proportion to the text.
 */
export function explain(evidence: Evidence): Finding[] {
  const texts = evidence.files.map((file) => ({ file, text: file.lines.join('\n') }));
  const matches = SYMPTOMS.filter((symptom) => appliesTo(symptom, evidence) && fitsExit(symptom, evidence)).flatMap((symptom) => {
    const match = symptom.literals.length > 0 ? matchFiles(symptom, texts, evidence) : matchExit(symptom, evidence);
    return match ? [match] : [];
  });
  matches.sort((a, b) => a.symptom.rank - b.symptom.rank);
  const byCode = new Map<string, [Match, ...Match[]]>();
  for (const match of matches) {
    // The meaning of a status counts only if no line says more. The meaning of a signal is true in any case.
    const isStatus = match.symptom.literals.length === 0 && evidence.exit?.signal === null;
    if (isStatus && [...byCode.values()].some(([{ symptom }]) => symptom.severity === 'error')) continue;
    const group = byCode.get(match.symptom.code);
    if (group) group.push(match);
    else byCode.set(match.symptom.code, [match]);
  }
  return [...byCode.values()].map((group) => toFinding(group, evidence));
}

function toFinding(group: readonly [Match, ...Match[]], evidence: Evidence): Finding {
  const [{ symptom, sighting }] = group;
  const text = symptom.says(evidence, sighting);
  const places = group.flatMap(({ places }) => places);
  return { code: symptom.code, severity: symptom.severity, ...text, at: distinct(places).slice(0, MAX_PLACES) };
}

function matchExit(symptom: Symptom, evidence: Evidence): Match | undefined {
  const { exit } = evidence;
  if (!exit || (exit.code === null && exit.signal === null)) return undefined;
  const sighting = { groups: { meaning: exitMeaning(exit, evidence.role) }, record: [] };
  if (symptom.accept && !symptom.accept(evidence, sighting)) return undefined;
  return { symptom, sighting, places: [] };
}

function matchFiles(symptom: Symptom, texts: readonly { file: EvidenceFile; text: string }[], evidence: Evidence): Match | undefined {
  const seen = texts.flatMap(({ file, text }) => {
    const isReadable = file.kind === 'unknown' || !symptom.kinds || symptom.kinds.includes(file.kind);
    if (!isReadable || !symptom.literals.some((literal) => text.includes(literal))) return [];
    const isAsked = file.kind === 'unknown' && file.lines.length <= ASKED_LINES;
    if (symptom.ordinary && !isAsked) return [];
    if (symptom.besides && file.kind === 'unknown' && !isAsked && !text.includes(symptom.besides)) return [];
    const found = matchLines(symptom, file, evidence);
    return isAsked || (found.length >= (symptom.times ?? 1) && !isOver(symptom, file, found)) ? found : [];
  });
  const [first] = seen;
  return first && { symptom, sighting: first, places: seen.map(({ place }) => place) };
}

/** Did the node write after the last match that all is well again? */
function isOver({ overAfter }: Symptom, { lines }: EvidenceFile, found: readonly Seen[]): boolean {
  const last = found.at(-1);
  return (
    overAfter !== undefined &&
    last !== undefined &&
    lines.slice(last.index + 1).some((line) => overAfter.test(line.slice(0, MAX_LINE_CHARS)))
  );
}

function matchLines(symptom: Symptom, file: EvidenceFile, evidence: Evidence): Seen[] {
  const found: Seen[] = [];
  for (const [index, whole] of file.lines.entries()) {
    if (!symptom.literals.some((literal) => whole.includes(literal))) continue;
    const line = whole.length > MAX_LINE_CHARS ? whole.slice(0, MAX_LINE_CHARS) : whole;
    const groups = symptom.pattern ? symptom.pattern.exec(line) : ([] as unknown as RegExpExecArray);
    if (!groups) continue;
    const record = recordAt(file.lines, index);
    const { near, notNear, notFollowedBy } = symptom;
    if (near && !record.some((other) => near.test(other))) continue;
    if (notNear && record.some((other) => notNear.test(other))) continue;
    if (notFollowedBy?.test((file.lines[index + 1] ?? '').slice(0, MAX_LINE_CHARS))) continue;
    const sighting = { groups: groups.groups ?? {}, record };
    if (symptom.accept && !symptom.accept(evidence, sighting)) continue;
    const at = file.firstLine === null ? null : file.firstLine + index;
    found.push({ ...sighting, index, place: { file: file.path, line: at, text: line.trim().slice(0, MAX_PLACE_CHARS) } });
    if (found.length >= MAX_SIGHTINGS) break;
  }
  return found;
}

/** The line and the lines that belong to it. The line can be the middle of a record (`Caused by:`). */
function recordAt(lines: readonly string[], index: number): string[] {
  const record = [(lines[index] as string).slice(0, MAX_LINE_CHARS)];
  const isTimed = TIMED.test(record[0] as string);
  for (let next = index + 1; next < lines.length && record.length < MAX_RECORD_LINES; next += 1) {
    const line = lines[next] as string;
    if (isTimed ? TIMED.test(line) : !CONTINUATION.test(line)) break;
    record.push(line.slice(0, MAX_LINE_CHARS));
  }
  return record;
}

function distinct(places: readonly FindingPlace[]): FindingPlace[] {
  const known = new Set<string>();
  return places.filter(({ file, text }) => {
    const key = `${file}\n${text.replace(/\d+/g, '#')}`;
    if (known.has(key)) return false;
    known.add(key);
    return true;
  });
}
