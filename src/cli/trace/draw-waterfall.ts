import { type Lane, type Span, type SpanKind, seconds } from './lanes.js';

/** How busy the processors were since the sample before: 0 to 1. */
export type Load = { atMs: number; busy: number };

export type Waterfall = { title: string; subtitle: string; lanes: readonly Lane[]; loads: readonly Load[]; endMs: number };

/** In px; the page itself scales. */
const WIDTH = 1_200;
const LEFT = 130;
const RIGHT = 20;
const TOP = 70;
const LANE = 30;
const BAR = 22;
const LOAD_HEIGHT = 60;
/** A letter of the bars' text is about this wide. */
const LETTER = 6;
const TICKS = 12;
const TICK_STEPS_MS = [50, 100, 200, 250, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000];

const COLOURS: Readonly<Record<SpanKind, string>> = {
  command: '#8a94a6',
  plan: '#b59b5b',
  wait: 'none',
  launch: '#6c8ebf',
  jvm: '#4f7fd0',
  store: '#5fa777',
  servers: '#3d8f87',
  register: '#d08a3e',
  replicate: '#b3567d',
  other: '#9a8fb8',
};

const STYLE = `
text { font: 12px system-ui, sans-serif; fill: #1c2330; }
.title { font-size: 18px; font-weight: 600; }
.soft, .tick { fill: #5b6577; }
.bar text { font-size: 11px; fill: #fff; }
.wait rect { stroke: #9aa4b5; stroke-dasharray: 3 3; }
.wait text { fill: #5b6577; }
.grid { stroke: #e3e7ee; }
.load { fill: #c9d3e6; }
.page { fill: #fff; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6e9ef; }
  .soft, .tick, .wait text { fill: #9aa4b5; }
  .grid { stroke: #2b3342; }
  .load { fill: #37445f; }
  .page { fill: #12161d; }
}`;

/** @returns one page of vector graphics: a row for the command, one for each node, and how busy the processors were. */
export function drawWaterfall({ title, subtitle, lanes, loads, endMs }: Waterfall): string {
  const x = (ms: number) => round(LEFT + ((WIDTH - LEFT - RIGHT) * ms) / endMs);
  const bottom = TOP + lanes.length * LANE;
  const height = bottom + LOAD_HEIGHT + 60;
  const rows = lanes.map((lane, index) => drawLane(lane, TOP + index * LANE, x));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(title)}">
<style>${STYLE}</style>
<rect class="page" width="${WIDTH}" height="${height}"/>
<text class="title" x="20" y="28">${escaped(title)}: ${seconds(endMs)}</text>
<text class="soft" x="20" y="48">${escaped(subtitle)}</text>
${drawTicks(endMs, x, bottom + LOAD_HEIGHT + 16)}
${rows.join('\n')}
${drawLoads(loads, x, bottom + 16)}
</svg>
`;
}

function drawLane({ title, spans }: Lane, y: number, x: (ms: number) => number): string {
  return `<text x="20" y="${y + 16}">${escaped(title)}</text>\n${spans.map((span) => drawSpan(title, span, y, x)).join('\n')}`;
}

function drawSpan(lane: string, { kind, name, fromMs, toMs, details }: Span, y: number, x: (ms: number) => number): string {
  const [from, width] = [x(fromMs), round(Math.max(1, x(toMs) - x(fromMs)))];
  const told = [`${lane}: ${name}, ${seconds(fromMs)} to ${seconds(toMs)} (${seconds(toMs - fromMs)})`, ...details].join('\n');
  const fits = Math.floor((width - 8) / LETTER);
  const text = name.length <= fits ? name : fits > 4 ? `${name.slice(0, fits - 1)}…` : '';
  const label = text === '' ? '' : `<text x="${from + 4}" y="${y + 15}">${escaped(text)}</text>`;
  return `<g class="bar ${kind}"><title>${escaped(told)}</title><rect x="${from}" y="${y}" width="${width}" height="${BAR}" rx="2" fill="${COLOURS[kind]}"/>${label}</g>`;
}

function drawTicks(endMs: number, x: (ms: number) => number, bottom: number): string {
  const step = TICK_STEPS_MS.find((ms) => endMs / ms <= TICKS) ?? endMs;
  const ticks = Array.from({ length: Math.floor(endMs / step) + 1 }, (_, index) => index * step);
  return ticks
    .map(
      (ms) =>
        `<line class="grid" x1="${x(ms)}" x2="${x(ms)}" y1="${TOP - 8}" y2="${bottom}"/><text class="tick" x="${x(ms)}" y="${bottom + 16}" text-anchor="middle">${ms / 1_000} s</text>`,
    )
    .join('\n');
}

function drawLoads(loads: readonly Load[], x: (ms: number) => number, y: number): string {
  const label = `<text class="soft" x="20" y="${y + LOAD_HEIGHT / 2}">processors</text>`;
  const [first] = loads;
  if (!first) return label;
  const points = loads.map(({ atMs, busy }) => `${x(atMs)},${round(y + LOAD_HEIGHT * (1 - Math.min(1, Math.max(0, busy))))}`);
  const area = [`${x(first.atMs)},${y + LOAD_HEIGHT}`, ...points, `${x((loads.at(-1) as Load).atMs)},${y + LOAD_HEIGHT}`];
  return `${label}\n<g><title>How busy all processors together were, from 0 to 100 %</title><polygon class="load" points="${area.join(' ')}"/></g>`;
}

const round = (px: number): number => Math.round(px * 10) / 10;

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replace(/[&<>"]/g, (character) => ESCAPES[character] as string);
