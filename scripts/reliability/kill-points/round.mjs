import { setTimeout as sleep } from 'node:timers/promises';

export const OPERATIONS = ['up', 'change', 'stop', 'start', 'restart', 'crash', 'kill', 'down'];
export const CALLS = ['spawn', 'rename', 'append', 'fsync', 'write', 'kill'];
const CHANGING = new Set(['starting', 'stopping', 'backoff', 'unready']);
const LIVE = new Set(['starting', 'ready', 'unready', 'paused', 'stopping']);

/**
 * One round: an operation, the death of the daemon at a point, a new daemon, and what must hold then.
 * @param wishes node id → 'up' | 'down', what the rounds before left; changed to what is after it
 * @returns what was done, and a list of violations, each a sentence
 */
export async function playRound(world, plan, wishes, settleMs) {
  const { operation, node, point, set } = plan;
  const violations = [];
  const seen = [];
  const isByCall = point.kind === 'call';
  if (isByCall) {
    // The daemon that dies at the Nth call is one that was loaded for it; taking over is itself part of every round.
    await world.killDaemon();
    if (!(await world.startDaemon({ ...point, armed: false }))) violations.push('the daemon ended at its start');
  }
  const stopListening = listen(world, seen);
  await sleep(5);
  if (isByCall) world.daemon.child.kill('SIGUSR2');
  const answered = begin(world, operation, { node, set }, seen);
  await Promise.race([world.daemon.gone, sleep(isByCall ? plan.patienceMs : point.delayMs)]);
  const reached = isByCall ? world.daemon.isGone : true;
  await world.killDaemon();
  await answered;
  stopListening();

  // Some of the new daemons die while they take over.
  let takeovers = 0;
  if (plan.restoreAt) {
    await world.startDaemon({ ...plan.restoreAt, armed: true });
    if (!world.daemon.isGone) await Promise.race([world.daemon.gone, sleep(300)]);
    takeovers = world.daemon.isGone ? 1 : 0;
    await world.killDaemon();
  }
  if (!(await world.startDaemon())) violations.push('the next daemon ended at its start');
  const { status, jvms } = await settle(world, settleMs, violations);
  if (status) {
    judge(world, { status, jvms }, wishes, { operation, node, seen }, violations);
    await judgeSettings(world, status, { operation, set, seen }, violations);
  }
  return { reached, takeovers, violations };
}

/** Begins the operation; never rejects. */
function begin(world, operation, { node, set }, seen) {
  const item = (value) => seen.push({ item: value });
  const change = (verb) => world.client.stream(verb, { cluster: 'k', selectors: [node], timeoutMs: 60_000 }, item);
  const calls = {
    up: () => world.up(item),
    change: () => world.up(item, { set }),
    stop: () => change('stop'),
    start: () => world.client.stream('start', { cluster: 'k', selectors: [node], timeoutMs: 60_000, wait: true }, item),
    restart: () => change('restart'),
    kill: () =>
      world.client.stream('kill', { cluster: 'k', selectors: [node], signal: 'SIGKILL', restart: false, timeoutMs: 10_000 }, item),
    down: () => world.client.stream('down', { cluster: 'k', remove: false, timeoutMs: 60_000 }, item),
    crash: async () => {
      const jvm = world.jvms().find((candidate) => candidate.node === node);
      if (jvm) process.kill(jvm.pid, 'SIGKILL');
    },
  };
  return calls[operation]().then(
    (result) => seen.push({ result: result ?? true }),
    () => {},
  );
}

/** Follows the journal as `rmqdev events -f` does. */
function listen(world, seen) {
  const stop = new AbortController();
  void world.client
    .stream('events', { cluster: 'k', follow: true, lines: 0 }, (event) => seen.push({ event }), stop.signal)
    .catch(() => {});
  return () => stop.abort();
}

/**
 * @returns the status once nothing changes any more, and the JVMs that lived before and after it was asked for; watches for a second JVM of a
 * node all the while. A process that has just been made is not known by its arguments yet: what is told to live must be seen to live.
 */
async function settle(world, settleMs, violations) {
  const until = Date.now() + settleMs;
  let status;
  for (;;) {
    for (const [node, pids] of byNode(world.jvms())) {
      if (pids.length > 1) violations.push(`two JVMs of ${node} at once: ${pids.join(', ')}`);
    }
    const before = world.jvms();
    status = await world.client.call('clusterStatus', { cluster: 'k' }).catch((error) => {
      violations.push(`status: ${error.message}`);
    });
    const after = world.jvms();
    if (!status || violations.length > 0) return { status, jvms: after };
    const isStill = status.nodes.every((node) => !CHANGING.has(node.state) || waitsForOther(node, status.nodes)) && !isStarting(status);
    const isSeen = status.nodes.every(({ state, pid }) => !LIVE.has(state) || after.some((jvm) => jvm.pid === pid));
    // A start that is continued looks at the machine first: until then nothing of it shows in the nodes.
    const isOver = world.pending().every((id) =>
      isUpOrWaits(
        status.nodes.find((node) => node.id === id),
        status.nodes,
      ),
    );
    if (isStill && isSeen && isOver && sameJvms(before, after)) return { status, jvms: after };
    if (Date.now() > until) {
      violations.push(`not settled: ${status.nodes.map(({ id, state, reason }) => `${id} ${state} ${reason ?? ''}`).join('; ')}`);
      return { status, jvms: after };
    }
    await sleep(30);
  }
}

/** A broker without its NameServer, and a slave that no NameServer lists while its master is down (4.x), wait as long as those are down. */
function waitsForOther({ id, state, pid }, nodes) {
  const isDown = (other) => ['stopped', 'failed'].includes(other.state);
  const needed = nodes.filter((other) => other.id.startsWith('namesrv') || other.id === id.replace(/-s$/, ''));
  return pid !== null && (state === 'unready' || state === 'starting') && needed.some((other) => other.id !== id && isDown(other));
}

const isUpOrWaits = (node, nodes) => node === undefined || node.state === 'ready' || waitsForOther(node, nodes);

/** A start that is gone on with is under way until those that wait do not. */
function isStarting(status) {
  return status.state === 'starting' && !status.nodes.some((node) => waitsForOther(node, status.nodes));
}

const sameJvms = (a, b) => JSON.stringify(a) === JSON.stringify(b);

function byNode(jvms) {
  const nodes = new Map();
  for (const { node, pid } of jvms) nodes.set(node, [...(nodes.get(node) ?? []), pid]);
  return nodes;
}

/** Compares status with the process table, the wishes with what is, and the journal with what was heard of it. */
function judge(world, { status, jvms }, wishes, { operation, node, seen }, violations) {
  const living = byNode(jvms);
  for (const { id, state, pid } of status.nodes) {
    const pids = living.get(id) ?? [];
    living.delete(id);
    if (pids.some((other) => other !== pid)) violations.push(`orphan: ${id} is ${state} with pid ${pid}, the process table has ${pids}`);
    if (LIVE.has(state) && !pids.includes(pid)) violations.push(`dead but reported alive: ${id} is ${state}, pid ${pid}`);
    if (!LIVE.has(state) && pids.length > 0) violations.push(`alive but reported dead: ${id} is ${state}, pid ${pids}`);
  }
  for (const [id, pids] of living) violations.push(`orphan: ${id}, which status does not have: ${pids}`);

  const expected = expectedWishes(world, wishes, { operation, node, seen });
  for (const { id, state } of status.nodes) {
    const is = LIVE.has(state) ? 'up' : 'down';
    const wanted = expected.get(id);
    if (wanted !== 'either' && wanted !== is) violations.push(`wish: ${id} should be ${wanted} after ${operation} ${node}, it is ${state}`);
    wishes.set(id, is);
  }

  const journal = world.journal();
  const kept = new Map(journal.map((event) => [event.seq, event.type]));
  for (const { event } of seen) {
    if (event && kept.get(event.seq) !== event.type) violations.push(`lost from the journal: ${event.seq} ${event.type}`);
  }
  for (const [i, { seq }] of journal.entries()) {
    if (i > 0 && seq <= journal[i - 1].seq) violations.push(`journal: ${seq} comes after ${journal[i - 1].seq}`);
  }
}

/**
 * Compares what is wanted of the nodes with what their JVMs read at their start. A profile that reached the disk is taken up, by this daemon
 * or the next one; and what a plan calls unchanged runs so.
 */
async function judgeSettings(world, status, { operation, set, seen }, violations) {
  const wanted = world.wantedSettings();
  const running = world.runningSettings();
  const isDone = seen.some((entry) => entry.result !== undefined);
  if (operation === 'change' && isDone) {
    for (const [key, value] of set.map((text) => text.split('='))) {
      if (wanted.get(key) !== value) violations.push(`wish: ${key} should be ${value}, the state has ${wanted.get(key)}`);
    }
  }
  if (isStarting(status)) return;
  const pending = world.pending();
  for (const [key, value] of running) {
    const other = wanted.get(key);
    // What waits for others has not come to its turn.
    if (other !== value && !pending.includes(key.split('.')[0])) violations.push(`wish: ${key} of the JVM is ${value}, wanted is ${other}`);
  }
  const asked = ['broker-a.properties.fileReservedTime=11'];
  const plan = await world.client.stream('plan', world.upParams({ set: asked }), () => {});
  for (const { id, change } of plan.nodes) {
    const key = `${id}.properties.fileReservedTime`;
    if (!running.has(key)) continue;
    const differs = (running.get(key) ?? '') !== (id === 'broker-a' ? '11' : '') || running.get(`${id}.listenPort`) !== world.port(id);
    if (differs && change !== 'restart') violations.push(`wish: a plan calls ${id} "${change}", and its JVM has other settings`);
  }
}

/** What the user may count on: what was accepted (an answer, or an event, was seen) is done; what was not may be either. */
function expectedWishes(world, wishes, { operation, node, seen }) {
  const expected = new Map(wishes);
  const isDone = seen.some((entry) => entry.result !== undefined);
  const heard = (type, id) => seen.some(({ event }) => event?.type === type && event.node === id);
  const signalled = seen.some(({ item }) => item?.event === 'signalled');
  const either = (ids) => {
    for (const id of ids) expected.set(id, 'either');
  };
  switch (operation) {
    case 'up':
    case 'change':
      // Once one node of an up starts, all are on their way: a later daemon goes on with it.
      if (isDone || world.nodes.some((id) => heard('node-starting', id))) for (const id of world.nodes) expected.set(id, 'up');
      else either(world.nodes.filter((id) => wishes.get(id) === 'down'));
      break;
    case 'start':
      if (isDone || heard('node-starting', node)) expected.set(node, 'up');
      else if (wishes.get(node) === 'down') either([node]);
      break;
    case 'restart':
      // Of a node that was down: what was not accepted may not have happened.
      if (isDone || heard('node-starting', node)) expected.set(node, 'up');
      else if (wishes.get(node) === 'down') either([node]);
      break;
    case 'stop':
      if (isDone || heard('node-stopping', node) || heard('node-stopped', node)) expected.set(node, 'down');
      else either([node]);
      break;
    case 'kill':
      if (signalled || (isDone && wishes.get(node) === 'up')) expected.set(node, 'down');
      else if (wishes.get(node) === 'up') either([node]);
      break;
    case 'down':
      for (const id of world.nodes) {
        if (isDone || heard('node-stopping', id) || heard('node-stopped', id)) expected.set(id, 'down');
        else if (wishes.get(id) === 'up') either([id]);
      }
      break;
    default:
  }
  return expected;
}
