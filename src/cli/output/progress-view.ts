import { formatDuration } from '../../base/units.js';
import type { ProgressItem } from '../../contract/events.js';
import { planSummary } from './plan-text.js';
import type { Colors } from './terminal.js';

export interface ProgressView {
  show(item: ProgressItem): void;
  end(): void;
}

/** Maven names each jar: in a pipe one line in a while is enough. */
const INSTALL_LINE_EVERY_MS = 3_000;

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

/**
 * Live progress that is loaded with the first step: its library costs most commands, which have none, as much as half an empty Node.js start.
 * What ends before it is there is told as in a pipe.
 */
export function lateProgress(load: () => Promise<ProgressView>, early: ProgressView): ProgressView {
  let view: ProgressView | undefined;
  let waiting: ProgressItem[] | undefined;
  return {
    show(item) {
      if (view) return view.show(item);
      if (waiting) return void waiting.push(item);
      const queue = [item];
      waiting = queue;
      void load().then((loaded) => {
        if (waiting !== queue) return;
        view = loaded;
        for (const earlier of queue) view.show(earlier);
      });
    },
    end() {
      if (view) return view.end();
      for (const item of waiting ?? []) early.show(item);
      waiting = undefined;
    },
  };
}

export function seconds(ms: number): string {
  return formatDuration(Math.max(ms, 0)).replace(/^(\d+)ms$/, (_, value: string) => `${(Number(value) / 1_000).toFixed(1)}s`);
}
