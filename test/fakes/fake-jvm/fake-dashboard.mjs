import { createServer } from 'node:http';
import { join } from 'node:path';
import { readProperties } from './java-arguments.mjs';
import { Peer } from './wire.mjs';

const CLUSTER_INFO = 106;

/**
 * A dashboard, of any generation: reads the file that Spring Boot would read, and lists the brokers that its first NameServer knows.
 * @returns {Promise<() => Promise<void>>}
 */
export async function startDashboard({ args, isMute, orders, print }) {
  const option = args.find((arg) => /^--spring\.config\.(?:additional-)?location=/.test(arg));
  const settings = readProperties(join(process.cwd(), option.slice(option.indexOf('=file:') + 6)));
  const list = settings['rocketmq.config.namesrvAddrs[0]'] ?? settings['rocketmq.config.namesrvAddr'];
  const namesrvs = list.split(';').map((address) => new Peer(address));
  const brokers = async () => {
    for (const namesrv of namesrvs) {
      const answer = await namesrv.call({ code: CLUSTER_INFO }).catch(() => undefined);
      if (answer?.code === 0)
        return { status: 0, data: { clusterInfo: JSON.parse(answer.body.toString().replace(/([{,])(\d+):/g, '$1"$2":')) } };
    }
    return { status: -1, data: null, errMsg: 'connect to null failed' };
  };
  const pages = {
    '/cluster/list.query': () => (orders.listsNothing === undefined ? brokers() : { status: -1, errMsg: 'it was told to fail' }),
    '/ops/homePage.query': () => ({ status: 0, data: { useTLS: settings['rocketmq.config.useTLS'] === 'true' } }),
  };
  const server = createServer(async ({ url }, response) => {
    if (isMute) return;
    const page = pages[url];
    response.writeHead(page ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(page ? await page() : {}));
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(settings['server.port'], settings['server.address'], resolve);
  });
  print(`[${new Date().toISOString().replace('T', ' ').slice(0, 23)}] INFO main - Started App in 0.1 seconds`);
  return async () => print(`[${new Date().toISOString().replace('T', ' ').slice(0, 23)}] INFO main - Commencing graceful shutdown.`);
}
