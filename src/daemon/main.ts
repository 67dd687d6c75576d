import { closeSync, writeFileSync, writeSync } from 'node:fs';
import { systemClock } from '../base/clock.js';
import { RmqdevError, toRmqdevError } from '../base/errors.js';
import { acquireFileLock } from '../base/file-lock.js';
import { prepareHome } from '../base/home.js';
import { fileLogger } from '../base/logger.js';
import { HomePaths } from '../base/paths.js';
import { packageVersion } from '../base/version.js';
import type { World } from '../cluster/world.js';
import { currentPlatform } from '../process/current-platform.js';
import { ProcessLauncher } from '../process/launcher.js';
import { RemotingClient } from '../remoting/client.js';
import { holdConnection } from '../remoting/held-connection.js';
import { ClusterRegistry } from './cluster-registry.js';
import { createHandlers } from './handlers.js';
import { keepHouse } from './housekeeping.js';
import { createServer } from './server.js';
import { SocketFile } from './socket-file.js';
import { watchElections } from './watch-elections.js';
import { watchSocket } from './watch-socket.js';

/** The extra pipe on which a daemon that was started in the background says that it is ready, or why not. */
const READY_PIPE = 3;

/**
 * Runs the daemon of one RMQDEV_HOME until it is told to end. The only place that wires the parts together.
 * Nodes outlive it: at its end it releases them, and the next daemon adopts them.
 */
async function runDaemon(
  env: NodeJS.ProcessEnv,
  announce: (message: { ready: true } | { error: ReturnType<RmqdevError['toPayload']> }) => void,
): Promise<void> {
  const home = HomePaths.fromEnvironment(env);
  try {
    await serve(home, env, () => announce({ ready: true }));
  } catch (error) {
    announce({ error: toRmqdevError(error).toPayload() });
    throw error;
  }
}

async function serve(home: HomePaths, env: NodeJS.ProcessEnv, ready: () => void): Promise<void> {
  prepareHome(home);
  await using lock = await acquireFileLock(home.daemonLock, { wait: false });
  if (!lock) {
    throw new RmqdevError('DAEMON_UNREACHABLE', {
      what: 'another daemon holds this RMQDEV_HOME',
      why: `${home.daemonLock} is locked by it`,
      next: 'Use it, or end it first: `rmqdev daemon stop`',
    });
  }
  // For a client that gets no answer from this daemon: the pid to look at.
  writeFileSync(home.daemonLock, `${process.pid}\n`);
  const log = fileLogger(home.daemonLog);
  // One forgotten rejection or listener must not end the supervision of every cluster; the log records it.
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'a rejection that nobody handled'));
  process.on('uncaughtException', (error) => log.error({ err: error }, 'an exception that nobody caught'));
  using remoting = new RemotingClient({ reach: (address) => registry.reachOf(address) });
  const platform = currentPlatform();
  const world: World = {
    home,
    clock: systemClock,
    remoting,
    holdConnection,
    launcher: new ProcessLauncher(platform, systemClock),
    platform,
    bootId: await platform.bootId(),
    env,
    log,
  };
  const registry = new ClusterRegistry(world);
  await registry.restoreAll();

  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const version = packageVersion();
  const handlers = createHandlers(world, registry, { version, startedAt: new Date().toISOString(), shutdown: () => setImmediate(end) });
  const ending = new AbortController();
  const server = createServer(handlers, log, version, { ending: ending.signal });
  const socket = new SocketFile(home);
  await server.listen({ path: socket.bindPath });
  socket.publish();
  log.info({ pid: process.pid, version }, 'daemon ready');
  const stopHousekeeping = keepHouse(world, registry);
  const stopElections = watchElections(world, registry);
  const stopWatching = watchSocket(home.socket, systemClock, () => {
    log.warn({ socket: home.socket }, 'the socket is gone, nobody can reach this daemon: it makes room for the next one');
    end();
  });
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  ready();

  await ended;
  stopHousekeeping();
  stopElections();
  stopWatching();
  const releases = registry.all.map(({ cluster }) => cluster.release());
  ending.abort(daemonEnds());
  await Promise.all([server.close(), ...releases]);
  socket.remove();
  log.info({ pid: process.pid }, 'daemon ended; nodes keep running');
}

function daemonEnds(): RmqdevError {
  return new RmqdevError('INTERRUPTED', {
    what: 'the rmqdev daemon ended while this command was under way',
    why: `pid ${process.pid} was told to end, or its socket was removed`,
    next: 'Nodes keep running: see `rmqdev status`, then run the command again',
  });
}

/** Tells the process that started this daemon, over the extra pipe, and closes it. */
function announceOnPipe(message: object): void {
  try {
    writeSync(READY_PIPE, `${JSON.stringify(message)}\n`);
    closeSync(READY_PIPE);
  } catch {
    // The process that started the daemon has ended, and nobody else listens.
  }
}

const onPipe = process.env.RMQDEV_READY_PIPE !== undefined;
let isAnnounced = false;
void runDaemon(process.env, (message) => {
  // The pipe is closed after the first message, and another file may then have its number.
  if (onPipe && isAnnounced) return;
  isAnnounced = true;
  if (onPipe) announceOnPipe(message);
  else if ('ready' in message) process.stdout.write(`rmqdev daemon ready, pid ${process.pid}; Ctrl-C ends it, nodes keep running\n`);
  else process.stderr.write(`${message.error.what}: ${message.error.why}\n${message.error.next}\n`);
}).then(
  () => process.exit(0),
  (error) => process.exit(toRmqdevError(error).exitCode),
);
