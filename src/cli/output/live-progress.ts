import { createLogUpdate } from 'log-update';
import { formatBytes } from '../../base/units.js';
import type { ProgressItem } from '../../contract/events.js';
import { planSummary } from './plan-text.js';
import { type ProgressView, seconds } from './progress-view.js';
import { type Colors, paintState } from './terminal.js';

type NodeItem = Extract<ProgressItem, { event: 'node' }>;
const FINAL_STATES: ReadonlySet<string> = new Set(['ready', 'stopped', 'failed']);

/** For terminals: one line a node, redrawn in place. */
export function liveProgress(stream: NodeJS.WriteStream, colors: Colors): ProgressView {
  const update = createLogUpdate(stream, { showCursor: true });
  const nodes = new Map<string, NodeItem & { seenAt: number; staleReason: string | null }>();
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
      const reason = item.reason && item.reason !== item.staleReason && item.state !== 'ready' ? `  ${item.reason}` : '';
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
      if (item.event === 'node') {
        const before = nodes.get(item.node);
        // A new step comes with the reason of the last probe, which is about the step before.
        const staleReason = before === undefined || before.step === item.step ? (before?.staleReason ?? null) : item.reason;
        nodes.set(item.node, { ...item, staleReason, seenAt: performance.now() });
      } else if (item.event === 'install') install = installLine(item, colors);
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
