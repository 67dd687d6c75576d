// Keeps what a node wrote, as a fixture: without the names of this machine, and long files cut to what matters.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import { basename, join } from 'node:path';

const LONG = 200;
const HEAD = 12;
const TAIL = 40;
/** Lines of a stack trace that are kept, and what is kept of its end. */
const STACK = 14;
const RECORD = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d|^\[\d{4}-\d\d-\d\dT/;
const LOUD = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:[.,]\d+)? (?:WARN|ERROR)/;
const SKIPPED =
  /^(?:stats|commercial|watermark|lock|filter|pop|broker_metrics|otherdays|protection|coldctr|lite|transaction|auth_audit|proxy_metric|proxy_watermark|.*_rocksdbstore_LOG)/;

/** `places`: [path, what stands there instead], the longest first. */
export function anonymise(text, places) {
  const host = hostname();
  const addresses = Object.values(networkInterfaces())
    .flat()
    .filter((entry) => entry && !entry.internal)
    .map((entry) => entry.address);
  let result = text;
  for (const [from, to] of places) result = result.replaceAll(from, to);
  for (const address of addresses) result = result.replaceAll(address.split('%')[0], address.includes(':') ? 'fe80::1' : '192.168.1.20');
  if (host.length > 2) result = result.replaceAll(host, 'laptop');
  return result;
}

/** Whole records at WARN and above, the head and the tail; nothing is added. @returns the lines that stay. */
export function cut(lines, { all = false } = {}) {
  if (lines.length <= LONG && !all) return lines;
  const keep = new Set();
  for (let i = 0; i < Math.min(HEAD, lines.length); i += 1) keep.add(i);
  for (let i = Math.max(0, lines.length - TAIL); i < lines.length; i += 1) keep.add(i);
  for (let i = 0; i < lines.length; i += 1) {
    if (!LOUD.test(lines[i])) continue;
    let depth = 0;
    for (let j = i; j < lines.length && (j === i || !RECORD.test(lines[j])); j += 1) {
      depth = /^\s+at /.test(lines[j]) ? depth + 1 : 0;
      if (depth <= STACK) keep.add(j);
    }
  }
  return lines.filter((_, index) => keep.has(index));
}

/** hs_err: up to the registers; the rest describes the machine. */
function cutCrashFile(lines) {
  const end = lines.findIndex((line) => /^Registers:|^Register to memory|^Top of Stack|^---------------\s+P R O C E S S/.test(line));
  return (end < 0 ? lines : lines.slice(0, end)).slice(0, 120);
}

/** The same record over and over tells nothing new: at most `most` of each message. */
function withoutRepeats(lines, most = 8) {
  const seen = new Map();
  let dropping = false;
  return lines.filter((line) => {
    if (RECORD.test(line)) {
      const key = line.replace(/^\S+ \S+ /, '').replace(/\d+/g, '#');
      const count = (seen.get(key) ?? 0) + 1;
      seen.set(key, count);
      dropping = count > most;
    }
    return !dropping;
  });
}

/**
 * Writes the node's files and `exit.json` to `folder`, which is emptied first.
 * @returns how many bytes were written.
 */
export function keepNode(node, folder, { about, places, gc }) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const cuts = {};
  let bytes = 0;
  const write = (name, text) => {
    writeFileSync(join(folder, name), text);
    bytes += text.length;
  };
  for (const path of filesOf(node)) {
    const name = /^hs_err/.test(basename(path)) ? 'hs_err.log' : basename(path);
    if (name === 'gc.log' && !gc) continue;
    const text = anonymise(readFileSync(path, 'utf8'), places);
    if (text === '' && name !== 'stdout.log') continue;
    const lines = text.replace(/\n$/, '').split('\n');
    const kept = withoutRepeats(name === 'hs_err.log' ? cutCrashFile(lines) : name === 'stdout.log' ? cut(lines) : cut(lines));
    if (kept.length < lines.length) cuts[name] = lines.length;
    write(name, kept.length === 1 && kept[0] === '' ? '' : `${kept.join('\n')}\n`);
  }
  const { exit, ...rest } = about;
  write('exit.json', `${anonymise(JSON.stringify({ ...exit, ...rest, linesBeforeCut: cuts }, null, 2), places)}\n`);
  return bytes;
}

function filesOf(node) {
  const logs = join(node.dir, 'logs');
  const rocketmq = join(logs, 'rocketmqlogs');
  const list = (dir, test) => {
    try {
      return readdirSync(dir)
        .filter(test)
        .map((name) => join(dir, name));
    } catch {
      return [];
    }
  };
  return [
    ...list(logs, (name) => name === 'stdout.log' || name === 'gc.log'),
    ...list(rocketmq, (name) => name.endsWith('.log') && !SKIPPED.test(name)),
    ...list(node.dir, (name) => name.startsWith('hs_err')),
  ];
}
