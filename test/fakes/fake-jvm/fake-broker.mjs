import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brokerHandlers } from './broker-requests.mjs';
import { ReplicationClient, ReplicationServer } from './fake-replication.mjs';
import { FakeStore } from './fake-store.mjs';
import { formatProperties, parseProperties } from './java-arguments.mjs';
import { Registration } from './registration.mjs';
import { TopicTable } from './topic-table.mjs';
import { serve } from './wire.mjs';

const DEFAULTS = {
  brokerClusterName: 'DefaultCluster',
  brokerName: 'broker-a',
  brokerId: '0',
  brokerRole: 'ASYNC_MASTER',
  brokerIP1: '127.0.0.1',
  listenPort: '10911',
  autoCreateTopicEnable: 'true',
  brokerPermission: '6',
  registerNameServerPeriod: '30000',
  slaveTimeout: '3000',
};

/** @returns {Promise<() => Promise<void>>} what a stop has to do before the process may end */
export async function startBroker({
  configFile,
  properties,
  namesrvAddr,
  userHome,
  isMute,
  isLazy,
  clockAheadMs,
  log,
  print,
  onStopKnown,
}) {
  const listenPort = Number(properties.listenPort ?? DEFAULTS.listenPort);
  const config = {
    ...DEFAULTS,
    haListenPort: String(listenPort + 1),
    fastListenPort: String(listenPort - 2),
    storePathRootDir: join(userHome, 'store'),
    ...(namesrvAddr !== undefined && { namesrvAddr }),
    ...properties,
  };
  const isSlave = config.brokerRole === 'SLAVE';
  if (isSlave && config.brokerId === '0') {
    print("Slave's brokerId must be > 0");
    process.exit(253);
  }
  const address = `${config.brokerIP1}:${listenPort}`;

  const store = new FakeStore(config.storePathRootDir, address);
  onStopKnown(async () => store.close());
  log('store', store.lastShutdownWasClean ? 'last shutdown normally' : 'last shutdown abnormally');
  log('store', 'load commit log OK');
  log('store', `load over, and the max phy offset = ${store.maxOffset}`);

  const topics = new TopicTable(config);
  const server = new ReplicationServer(store, () => topics.toJSON(), log);
  const client = new ReplicationClient(store, (table) => topics.replace(table), log);
  const registration = new Registration(config, address, topics, log, (masterHaAddr) => {
    if (isSlave) client.follow(masterHaAddr);
  });
  topics.onChange = async () => {
    server.send({ topics: topics.toJSON() });
    await registration.register();
  };

  /** As UPDATE_BROKER_CONFIG: the `-c` file is rewritten with every key in force. */
  const updateConfig = async (text) => {
    Object.assign(config, parseProperties(text));
    if (configFile !== undefined) writeFileSync(configFile, formatProperties(config));
    await registration.register();
  };
  const handlers = brokerHandlers({ config, store, topics, replication: isSlave ? client : server, isSlave, clockAheadMs, updateConfig });
  const handle = (request) => {
    if (isMute) return undefined;
    return handlers[request.code]?.(request) ?? { code: 3, remark: `request type ${request.code} not supported` };
  };

  await server.listen(Number(config.haListenPort));
  await serve(listenPort, handle);
  await serve(Number(config.fastListenPort), handle);
  await registration.start(isLazy);
  const named = config.namesrvAddr === undefined ? '' : ` and name server is ${config.namesrvAddr}`;
  const success = `The broker[${config.brokerName}, ${address}] boot success. serializeType=JSON${named}`;
  print(success);
  log('broker', success);

  return async () => {
    const since = Date.now();
    log('broker', 'Shutdown hook was invoked, 1', { thread: 'ShutdownHook' });
    await registration.unregister();
    store.close();
    log('broker', `Shutdown hook over, consuming total time(ms): ${Date.now() - since}`, { thread: 'ShutdownHook' });
  };
}
