/** Causes the crashes of a run, one step after the other, and waits after each until the cluster is whole again. */

import { until } from './cluster.mjs';
import { MASTERS, NODES, nextStep, randomOf } from './schedule.mjs';

const MAX_PAUSE_MS = 2_000;
const START_TIMEOUT_MS = 300_000;
/** Every second crash comes right behind so many messages sent at once, so that some are on their way when it strikes. */
const BURST = 60;
const BURST_LEAD_MS = 4;

/**
 * @typedef {{ number: number, step: number, shape: string, node: string, kind: string, pid: number, atMs: number,
 *   adopted: boolean, unwatched: boolean }} Crash `adopted`: an earlier daemon had started it; `unwatched`: no daemon lived
 */
export class Crasher {
  /** @type {Crash[]} */
  crashes = [];
  /** @type {{ step: number, shape: string, healthyMs: number }[]} */
  steps = [];
  daemonKills = 0;
  anomalies = [];
  #cluster;
  #sender;
  #options;
  #random;
  #nextDaemonKill;

  constructor(cluster, sender, options) {
    this.#cluster = cluster;
    this.#sender = sender;
    this.#options = options;
    this.#random = randomOf(options.seed);
    this.#nextDaemonKill = this.#drawDaemonKill(0);
  }

  async run() {
    const { crashes, signal } = this.#options;
    await this.untilHealthy(Date.now(), {});
    while (this.crashes.length < crashes) {
      await this.#pause();
      if (signal.aborted) throw new Error('interrupted');
      const { shape, crashes: wanted } = nextStep(this.#random, crashes - this.crashes.length);
      const isDaemonDue = this.crashes.length >= this.#nextDaemonKill;
      if (isDaemonDue) await this.#killDaemon();
      // Every second time the node goes while no daemon lives.
      const isUnwatched = isDaemonDue && this.#random() < 0.5 && shape !== 'again';
      if (isDaemonDue && !isUnwatched) await this.#newDaemon();
      const atMs = Date.now();
      if (shape === 'again') await this.#crashTwice(wanted);
      else await this.#crashAll(wanted, shape, isUnwatched);
      if (isUnwatched) await this.#newDaemon();
      await this.#recovered(shape, atMs);
    }
  }

  /** Resolves once all nodes are ready and in sync and, while messages are sent, both masters have acknowledged one since. */
  untilHealthy(sinceMs, { acknowledging = true, pids = new Map() }) {
    const isHealthy = async () => {
      const { nodes } = await this.#cluster.status();
      const isWhole = nodes.every(
        (node) =>
          node.state === 'ready' && node.pid !== null && node.pid !== pids.get(node.id) && (node.role !== 'broker' || node.inSync === true),
      );
      return isWhole && (!acknowledging || MASTERS.every((id) => (this.#sender.lastAcknowledged.get(id) ?? 0) > sinceMs));
    };
    return until(this.#options.hangMs, 'all nodes to be ready and in sync', isHealthy);
  }

  async #recovered(shape, atMs) {
    const step = this.steps.length + 1;
    const mine = this.crashes.filter((crash) => crash.step === step);
    const pids = new Map(mine.map(({ node, pid }) => [node, pid]));
    try {
      await this.#startWhatWasStopped(mine.filter(({ kind }) => kind === 'SIGTERM'));
      await this.untilHealthy(Date.now(), { pids });
    } catch (error) {
      await this.#anomaly('a node did not come back', { step, shape, crashes: mine, error: error.message });
      await this.#cluster.start(['all'], START_TIMEOUT_MS).catch((failure) => this.#options.say(`start: ${failure.message}`));
      await this.untilHealthy(Date.now(), { pids });
    }
    this.#cluster.adopted = new Set([...this.#cluster.adopted].filter((id) => !pids.has(id)));
    await this.#checkProcesses(step);
    const healthyMs = Date.now() - atMs;
    this.steps.push({ step, shape, healthyMs });
    const what = mine.map(
      ({ node, kind, adopted, unwatched }) => `${kind} ${node}${unwatched ? ' (no daemon)' : adopted ? ' (adopted)' : ''}`,
    );
    this.#options.say(
      `${String(this.crashes.length).padStart(4)}  ${what.join(', ')}: whole after ${(healthyMs / 1_000).toFixed(1)} s, ${this.#sender.ledger.length} sent`,
    );
  }

  /** Its policy leaves down what somebody stopped; an adopted one may count as crashed, and is restarted. */
  async #startWhatWasStopped(stopped) {
    for (const { node, pid } of stopped) {
      const now = await until(this.#options.hangMs, `the end of ${node}`, async () => {
        const status = await this.#cluster.node(node);
        return status.pid !== pid && (status.pid !== null || status.state === 'stopped') ? status : undefined;
      });
      if (now.state === 'stopped') await this.#cluster.start([node], START_TIMEOUT_MS);
    }
  }

  async #crashAll(wanted, shape, unwatched) {
    const pids = await this.#pids(unwatched);
    await this.#burst();
    for (const { node, kind } of wanted) this.#crash(node, kind, pids.get(node), shape, unwatched);
  }

  async #crashTwice(wanted) {
    const [{ node, kind }] = wanted;
    const first = (await this.#pids(false)).get(node);
    await this.#burst();
    this.#crash(node, kind, first, 'again', false);
    const second = await until(this.#options.hangMs, `the next process of ${node}`, async () => {
      const { pid } = await this.#cluster.node(node);
      return pid !== first && pid;
    });
    this.#cluster.adopted.delete(node);
    this.#crash(node, kind, second, 'again', false);
  }

  async #burst() {
    if (this.#random() < 0.5) return;
    this.#sender.burst(BURST);
    await new Promise((resolve) => setTimeout(resolve, this.#random() * BURST_LEAD_MS));
  }

  #crash(node, kind, pid, shape, unwatched) {
    const adopted = unwatched || this.#cluster.adopted.has(node);
    const number = this.crashes.length + 1;
    const crash = { number, step: this.steps.length + 1, shape, node, kind, pid, atMs: Date.now(), adopted, unwatched };
    process.kill(pid, kind);
    this.crashes.push(crash);
  }

  /** Without a daemon only the process table knows. */
  async #pids(unwatched) {
    if (unwatched) return new Map([...(await this.#cluster.jvms())].map(([id, [pid]]) => [id, pid]));
    return new Map((await this.#cluster.status()).nodes.map(({ id, pid }) => [id, pid]));
  }

  async #killDaemon() {
    await this.#cluster.killDaemon();
    this.daemonKills += 1;
    this.#nextDaemonKill = this.#drawDaemonKill(this.crashes.length);
    this.#cluster.adopted = new Set(NODES);
  }

  async #newDaemon() {
    if (!(await this.#cluster.connect())) await this.#anomaly('the killed daemon still answers', {});
  }

  #drawDaemonKill(after) {
    const { daemonEvery } = this.#options;
    return after + daemonEvery - Math.floor(this.#random() * (daemonEvery / 4));
  }

  /** One JVM a node, and no other. Class archives are made by JVMs without the marker. */
  async #checkProcesses(step) {
    const jvms = await this.#cluster.jvms();
    const wrong = NODES.filter((id) => jvms.get(id)?.length !== 1);
    if (wrong.length > 0 || jvms.size !== NODES.length)
      await this.#anomaly('not one process a node', { step, jvms: Object.fromEntries(jvms) });
  }

  async #anomaly(what, more) {
    const status = await this.#cluster.status().catch((error) => error.message);
    const nodes = status.nodes?.map(({ id, state, reason, pid, inSync, lagBytes }) => ({ id, state, reason, pid, inSync, lagBytes }));
    this.anomalies.push({ what, ...more, nodes: nodes ?? status });
    this.#options.say(`!! ${what}: ${JSON.stringify({ ...more, nodes: nodes ?? status })}`);
  }

  #pause() {
    return new Promise((resolve) => setTimeout(resolve, this.#random() * MAX_PAUSE_MS));
  }
}
