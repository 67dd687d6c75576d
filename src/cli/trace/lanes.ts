import type { Plan, ProgressItem } from '../../contract/events.js';

/** What a bar of the waterfall is about; each kind has one colour. */
export type SpanKind = 'command' | 'plan' | 'wait' | 'launch' | 'jvm' | 'store' | 'servers' | 'register' | 'replicate' | 'other';

/** From `fromMs` to `toMs`, in ms since the command began. `details`: what was told meanwhile, in order. */
export type Span = { kind: SpanKind; name: string; fromMs: number; toMs: number; details: readonly string[] };

/** One row: a node, or the command itself. Its spans follow each other without a gap. */
export type Lane = { title: string; spans: readonly Span[] };

/** A progress item, and when it arrived. */
export type Timed = { atMs: number; item: ProgressItem };

/** A point of a node's boot, known from a file that appears then: what comes before it. */
export type BootMark = { kind: SpanKind; name: string; atMs: number };

type NodeItem = Extract<ProgressItem, { event: 'node' }>;

/** What a node does after it has reached a step of its start. */
const AFTER_STEP: Readonly<Record<string, { kind: SpanKind; name: string }>> = {
  answering: { kind: 'register', name: 'registers' },
  registered: { kind: 'replicate', name: 'proves a write' },
  'in sync': { kind: 'replicate', name: 'proves a write' },
};

/** What is left of a boot after its last mark: a NameServer has no store. */
const LAST_OF_BOOT = { store: { kind: 'servers', name: 'servers start' }, jvm: { kind: 'jvm', name: 'classes, servers' } } as const;
const BOOT = { kind: 'jvm', name: 'JVM boots' } as const;

/**
 * @param events of one `up`, in order
 * @param marks of each node's boot, in order of time
 * @param endMs when the command had its answer
 * @returns the lane of the command, then one for each node in the order of the plan
 */
export function lanesOf(events: readonly Timed[], marks: ReadonlyMap<string, readonly BootMark[]>, endMs: number): Lane[] {
  const plan = events.flatMap(({ item }) => (item.event === 'plan' ? [item.plan] : []))[0];
  return [commandLane(events, endMs), ...(plan ? nodeLanes(plan, events, marks, endMs) : [])];
}

function commandLane(events: readonly Timed[], endMs: number): Lane {
  const spans: Span[] = [];
  let since = 0;
  const add = (kind: SpanKind, name: string, toMs: number) => {
    if (toMs > since) spans.push({ kind, name, fromMs: since, toMs, details: [] });
    since = Math.max(since, toMs);
  };
  for (const { atMs, item } of events) {
    if (item.event === 'install') add('plan', 'gets RocketMQ', atMs);
    if (item.event !== 'stage') continue;
    // Of the plan it is known how long it took; what comes before is the command, and a daemon that may have had to start.
    if (item.stage === 'plan') add('command', 'command, daemon', Math.max(since, atMs - item.tMs));
    add(item.stage === 'plan' ? 'plan' : 'other', item.stage, atMs);
  }
  add('command', 'answer', endMs);
  return { title: 'rmqdev up', spans };
}

function nodeLanes(plan: Plan, events: readonly Timed[], marks: ReadonlyMap<string, readonly BootMark[]>, endMs: number): Lane[] {
  const steps = events.flatMap(({ atMs, item }) => (item.event === 'node' ? [{ atMs, ...item }] : []));
  return plan.nodes.flatMap(({ id }) => {
    const own = steps.filter(({ node }) => node === id);
    return own.length === 0 ? [] : [{ title: id, spans: nodeSpans(own, steps, marks.get(id) ?? [], endMs) }];
  });
}

/** Progress items that arrive within this time were sent together. */
const TOGETHER_MS = 60;

type Step = NodeItem & { atMs: number };

function nodeSpans(own: readonly Step[], all: readonly Step[], marks: readonly BootMark[], endMs: number): Span[] {
  const spans: Span[] = [];
  const [first] = own as [Step];
  if (first.atMs > 0) spans.push({ kind: 'wait', name: whyItWaited(first, all), fromMs: 0, toMs: first.atMs, details: [] });
  for (let index = 0; index < own.length; ) {
    const begin = own[index] as Step;
    const same = own.slice(index).findIndex(({ step }) => step !== begin.step);
    const next = same < 0 ? own.length : index + same;
    const toMs = own[next]?.atMs ?? endMs;
    const details = own.slice(index, next).flatMap(({ reason, atMs }) => (reason === null ? [] : [`${seconds(atMs)} ${reason}`]));
    if (begin.step === 'starting') spans.push(...bootSpans(begin.atMs, toMs, marks, details));
    else if (begin.step !== 'ready') {
      const { kind, name } = AFTER_STEP[begin.step] ?? { kind: 'other', name: begin.step };
      spans.push({ kind, name, fromMs: begin.atMs, toMs, details });
    }
    index = next;
  }
  return spans.filter(({ fromMs, toMs }) => toMs > fromMs);
}

/** Splits a boot at its marks. */
function bootSpans(fromMs: number, toMs: number, marks: readonly BootMark[], details: readonly string[]): Span[] {
  const inside = marks.filter(({ atMs }) => atMs > fromMs && atMs < toMs);
  if (inside.length === 0) return [{ ...BOOT, fromMs, toMs, details }];
  const rest = LAST_OF_BOOT[inside.some(({ kind }) => kind === 'store') ? 'store' : 'jvm'];
  return [...inside, { ...rest, atMs: toMs }].map(({ kind, name, atMs }, index) => ({
    kind,
    name,
    fromMs: index === 0 ? fromMs : (inside[index - 1] as BootMark).atMs,
    toMs: atMs,
    details: index === inside.length ? details : [],
  }));
}

/**
 * A node starts as soon as what it waits for has come so far: that is the last thing told before it starts. Of what arrived together, the
 * one whose name its own begins with: `broker-a-s` waits for `broker-a`.
 */
function whyItWaited(first: Step, all: readonly Step[]): string {
  const before = all.filter((step) => step.node !== first.node && step.atMs <= first.atMs && step.step !== 'starting');
  const last = before.at(-1);
  if (last === undefined) return 'is not started yet';
  const cause = before.filter(({ atMs, node }) => last.atMs - atMs <= TOGETHER_MS && first.node.startsWith(node)).at(-1) ?? last;
  return `waits for ${cause.node}: ${cause.step}`;
}

export function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(2)} s`;
}
