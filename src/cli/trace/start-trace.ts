import { cpus } from 'node:os';
import type { ClusterPaths } from '../../base/paths.js';
import type { ProgressItem } from '../../contract/events.js';
import { bootMarks } from './boot-marks.js';
import { drawWaterfall, type Load } from './draw-waterfall.js';
import { lanesOf, type Timed } from './lanes.js';

const SAMPLE_EVERY_MS = 100;

/** Keeps what one `up` tells, and when, since this process began. */
export class StartTrace implements Disposable {
  readonly #events: Timed[] = [];
  readonly #loads: Load[] = [];
  readonly #sampling: NodeJS.Timeout;
  #last = processorTimes();

  constructor() {
    this.#sampling = setInterval(() => this.#sample(), SAMPLE_EVERY_MS);
  }

  add(item: ProgressItem): void {
    this.#events.push({ atMs: performance.now(), item });
  }

  /** @returns the page, and of which cluster it is; undefined if the command failed before it had a plan. */
  async draw(clusterOf: (name: string) => ClusterPaths): Promise<{ cluster: string; svg: string } | undefined> {
    const endMs = performance.now();
    this[Symbol.dispose]();
    const plan = this.#events.flatMap(({ item }) => (item.event === 'plan' ? [item.plan] : []))[0];
    if (!plan) return undefined;
    const paths = clusterOf(plan.cluster);
    const marks = await Promise.all(
      plan.nodes.map(async ({ id }) => [id, await bootMarks(paths.node(id), performance.timeOrigin)] as const),
    );
    const svg = drawWaterfall({
      title: `rmqdev up ${plan.profile}`,
      subtitle: [
        `RocketMQ ${plan.rocketmq}`,
        `JDK ${plan.java.version}`,
        `${cpus().length} processors`,
        new Date(performance.timeOrigin).toISOString().slice(0, 19).replace('T', ' '),
      ].join(', '),
      lanes: lanesOf(this.#events, new Map(marks), endMs),
      loads: this.#loads,
      endMs,
    });
    return { cluster: plan.cluster, svg };
  }

  #sample(): void {
    const now = processorTimes();
    const all = now.all - this.#last.all;
    if (all > 0) this.#loads.push({ atMs: performance.now(), busy: 1 - (now.idle - this.#last.idle) / all });
    this.#last = now;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#sampling);
  }
}

/** Of all processors together, in ms. */
function processorTimes(): { idle: number; all: number } {
  const times = cpus().map(({ times: { user, nice, sys, idle, irq } }) => ({ idle, all: user + nice + sys + idle + irq }));
  return times.reduce((sum, { idle, all }) => ({ idle: sum.idle + idle, all: sum.all + all }), { idle: 0, all: 0 });
}
