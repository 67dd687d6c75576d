// Runs in which nothing is wrong with the node whose files are kept, whatever happens to the others.
import { setTimeout as sleep } from 'node:timers/promises';
import { releaseTraits, SUPPORTED_RELEASES } from '../../dist/rocketmq/releases.js';
import { REGISTERED, runtimeInfo, send } from './how.mjs';

const FOUR = ['4.7.0', '4.9.7', '5.3.3', '5.5.0'];

/** A NameServer, a SYNC_MASTER and its slave, registered and in sync. */
async function cluster(t) {
  const namesrv = t.node('namesrv');
  namesrv.start();
  await namesrv.booted();
  const properties = { namesrvAddr: `127.0.0.1:${namesrv.port}`, registerNameServerPeriod: 10_000 };
  const master = t.broker({ properties: { ...properties, brokerRole: 'SYNC_MASTER' } });
  master.start();
  await registered(master);
  const haMasterAddress = releaseTraits(t.version).slaveNeedsHaMasterAddress ? `127.0.0.1:${master.ports.ha}` : null;
  const slave = t.broker({ id: 'broker-a-s', properties: { ...properties, brokerRole: 'SLAVE', brokerId: 1, haMasterAddress } });
  slave.start();
  await registered(slave);
  await attached(master, 1);
  return { namesrv, master, slave };
}

const count = (node, log, pattern) => (node.log(log).match(new RegExp(pattern, 'g')) ?? []).length;
const registered = (node, times = 1) => node.until(() => count(node, 'broker', REGISTERED.source) >= times, 'registered');
const attached = (master, times) =>
  master.until(() => count(master, 'store', 'HAService receive new connection') >= times, 'slave attached');
const sends = (master, topic = 'TopicA') => send(`127.0.0.1:${master.port}`, topic, 20);

async function stop({ namesrv, master, slave }) {
  await Promise.all([slave.kill(), master.kill()]);
  await namesrv.kill();
  return [namesrv, master, slave];
}

/** The same node again, on the same folder. */
async function again(node) {
  node.exit = undefined;
  node.start();
}

export const HEALTHY = {
  'start-stop': {
    releases: SUPPORTED_RELEASES,
    run: async (t) => {
      const nodes = await cluster(t);
      await sends(nodes.master);
      return stop(nodes);
    },
  },
  'master-killed': {
    releases: SUPPORTED_RELEASES,
    run: async (t) => {
      const nodes = await cluster(t);
      const { master } = nodes;
      await sends(master);
      await master.kill('SIGKILL');
      await sleep(8_000);
      const before = count(master, 'broker', REGISTERED.source);
      await again(master);
      await registered(master, before + 1);
      await attached(master, 2);
      await sends(master, 'TopicB');
      return stop(nodes);
    },
  },
  'namesrv-restarted': {
    releases: FOUR,
    run: async (t) => {
      const nodes = await cluster(t);
      const { namesrv, master, slave } = nodes;
      await namesrv.kill('SIGKILL');
      await sleep(25_000);
      const before = [master, slave].map((node) => count(node, 'broker', REGISTERED.source));
      await again(namesrv);
      await Promise.all([master, slave].map((node, index) => registered(node, before[index] + 1)));
      await sends(master);
      return stop(nodes);
    },
  },
  'slave-restarted': {
    releases: FOUR,
    run: async (t) => {
      const nodes = await cluster(t);
      const { master, slave } = nodes;
      await sends(master);
      // What `mqadmin clusterList` and every dashboard ask.
      await runtimeInfo(master);
      await slave.kill();
      await sleep(6_000);
      const before = count(slave, 'broker', REGISTERED.source);
      await again(slave);
      await registered(slave, before + 1);
      await sends(master, 'TopicB');
      return stop(nodes);
    },
  },
};
