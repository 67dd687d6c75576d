import { createLogUpdate } from 'log-update';
import { formatBytes, formatDuration } from '../../base/units.js';
import type { ProgressItem } from '../../contract/events.js';
import { type Colors, paintState } from './paint.js';
import { planSummary } from './plan-text.js';

export interface ProgressView {
  show(item: ProgressItem): void;
  end(): void;
}

type NodeItem = Extract<ProgressItem, { event: 'node' }>;
/** Maven names each jar: in a pipe one line in a while is enough. */
const INSTALL_LINE_EVERY_MS = 3_000;
const FINAL_STATES: ReadonlySet<string> = new Set(['ready', 'stopped', 'failed']);

/** For pipes and CI: a line for each step, no control characters, nothing that only repeats itself. */
export function plainProgress(stream: NodeJS.WritableStream, colors: Colors): ProgressView {
  const lastStep = new Map<string, string>();
  let lastPercent = -1;
  let lastInstall = Number.NEGATIVE_INFINITY;
  const line = (text: string) => void stream.write(`${text}\n`);
  return {
    show(item) {
      switch (item.event) {
        case 'node': {
          const text = `${item.step}${item.state === 'failed' || item.state === 'backoff' ? `: ${item.reason}` : ''}`;
          if (lastStep.get(item.node) === text) return;
          lastStep.set(item.node, text);
          return line(`${item.node}  ${text}  ${seconds(item.tMs)}`);
        }
        case 'install': {
          const percent =
            item.totalBytes && item.receivedBytes !== null ? Math.floor((item.receivedBytes / item.totalBytes) * 10) * 10 : undefined;
          if (percent !== undefined && percent === lastPercent) return;
          lastPercent = percent ?? -1;
          if (percent === undefined && performance.now() - lastInstall < INSTALL_LINE_EVERY_MS) return;
          lastInstall = performance.now();
          return line(`RocketMQ ${item.version}: ${item.message}${percent === undefined ? '' : ` ${percent}%`}`);
        }
        case 'notice':
          return line(`${colors.yellow('note')}: ${item.message}`);
        case 'plan':
          return line(planSummary(item.plan, colors));
        default:
          return;
      }
    },
    end() {},
  };
}

/** For terminals: one line a node, redrawn in place. */
export function liveProgress(stream: NodeJS.WriteStream, colors: Colors): ProgressView {
  const update = createLogUpdate(stream, { showCursor: true });
  const nodes = new Map<string, NodeItem & { seenAt: number }>();
  let install: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  const draw = () => {
    const width = Math.max(0, ...[...nodes.keys()].map((id) => id.length));
    // log-update leaves rows behind when a line that wraps gives way to one that does not: none may wrap.
    const columns = (stream.columns ?? 80) - 1;
    const lines = [...nodes.values()].map((item) => {
      const isFinal = FINAL_STATES.has(item.state);
      const tMs = isFinal ? item.tMs : item.tMs + (performance.now() - item.seenAt);
      const head = `  ${item.node.padEnd(width)}  ${seconds(tMs).padStart(6)}  `;
      const reason = item.reason && item.state !== 'ready' ? `  ${item.reason}` : '';
      return `${head}${paintState(colors, item.step)}${colors.dim(cut(reason, columns - head.length - item.step.length))}`;
    });
    update([...(install ? [install] : []), ...lines].join('\n'));
  };
  const above = (text: string) => {
    update.clear();
    stream.write(`${text}\n`);
  };
  return {
    show(item) {
      if (item.event === 'node') nodes.set(item.node, { ...item, seenAt: performance.now() });
      else if (item.event === 'install') install = installLine(item, colors);
      else if (item.event === 'notice') above(`${colors.yellow('note')}: ${item.message}`);
      else if (item.event === 'plan') {
        install = undefined;
        above(planSummary(item.plan, colors));
      }
      timer ??= setInterval(draw, 100);
      draw();
    },
    end() {
      clearInterval(timer);
      timer = undefined;
      if (nodes.size > 0 || install) draw();
      update.done();
      nodes.clear();
      install = undefined;
    },
  };
}

function installLine(item: Extract<ProgressItem, { event: 'install' }>, colors: Colors): string {
  const head = `RocketMQ ${item.version}: ${item.message}`;
  if (item.receivedBytes === null) return head;
  if (item.totalBytes === null) return `${head} ${formatBytes(item.receivedBytes)}`;
  const width = 24;
  const filled = Math.round((item.receivedBytes / item.totalBytes) * width);
  return `${head}\n  ${colors.green('█'.repeat(filled))}${colors.dim('░'.repeat(width - filled))} ${formatBytes(item.receivedBytes)} of ${formatBytes(item.totalBytes)}`;
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, Math.max(length - 1, 0))}…`;
}

function seconds(ms: number): string {
  return formatDuration(Math.max(ms, 0)).replace(/^(\d+)ms$/, (_, value: string) => `${(Number(value) / 1_000).toFixed(1)}s`);
}
