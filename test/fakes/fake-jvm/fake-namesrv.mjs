import { formatProperties } from './java-arguments.mjs';
import { serve } from './wire.mjs';

const SUCCESS = { code: 0 };
/** From this header version on, a route comes as standard JSON. */
const STANDARD_JSON_VERSION = 401;

const json = (value) => Buffer.from(JSON.stringify(value));
/** As fastjson writes a Map<Long, …>: its keys bare. Brokers' addresses hold nothing that looks so. */
const bareKeyJson = (value) => Buffer.from(JSON.stringify(value).replace(/"(\d+)":/g, '$1:'));

/** What brokers registered, and over which connection. */
class RouteTable {
  /** brokerName to cluster and addresses by id. */
  #brokers = new Map();
  /** topic to brokerName to queue data; written by masters only, kept while one address of the brokerName is left. */
  #topics = new Map();
  /** broker address to its registration and connection. */
  #live = new Map();

  /** @returns {boolean} whether the address is new */
  register(fields, topicConfigs, socket) {
    const { brokerName, brokerAddr, clusterName, brokerId, haServerAddr } = fields;
    const broker = this.#brokers.get(brokerName) ?? { cluster: clusterName, brokerName, brokerAddrs: {} };
    this.#brokers.set(brokerName, broker);
    for (const [id, address] of Object.entries(broker.brokerAddrs)) if (address === brokerAddr) delete broker.brokerAddrs[id];
    broker.brokerAddrs[brokerId] = brokerAddr;
    if (brokerId === '0') {
      for (const { topicName, ...queues } of Object.values(topicConfigs)) {
        const { readQueueNums, writeQueueNums, perm, topicSysFlag = 0 } = queues;
        const byBroker = this.#topics.get(topicName) ?? new Map();
        this.#topics.set(topicName, byBroker.set(brokerName, { brokerName, readQueueNums, writeQueueNums, perm, topicSysFlag }));
      }
    }
    const isNew = !this.#live.has(brokerAddr);
    this.#live.set(brokerAddr, { brokerName, brokerId, haServerAddr, socket });
    return isNew;
  }

  unregister(brokerAddr) {
    const live = this.#live.get(brokerAddr);
    if (live === undefined) return;
    this.#live.delete(brokerAddr);
    const { brokerAddrs } = this.#brokers.get(live.brokerName);
    if (brokerAddrs[live.brokerId] === brokerAddr) delete brokerAddrs[live.brokerId];
    if (Object.keys(brokerAddrs).length > 0) return;
    this.#brokers.delete(live.brokerName);
    for (const [topic, byBroker] of this.#topics) {
      byBroker.delete(live.brokerName);
      if (byBroker.size === 0) this.#topics.delete(topic);
    }
  }

  addressesOf(socket) {
    return [...this.#live].filter(([, live]) => live.socket === socket).map(([address]) => address);
  }

  masterOf(brokerName) {
    const masterAddr = this.#brokers.get(brokerName)?.brokerAddrs[0];
    return masterAddr === undefined ? undefined : { masterAddr, haServerAddr: this.#live.get(masterAddr).haServerAddr };
  }

  route(topic) {
    const byBroker = this.#topics.get(topic);
    if (byBroker === undefined) return undefined;
    return {
      brokerDatas: [...byBroker.keys()].map((name) => this.#brokers.get(name)),
      filterServerTable: {},
      queueDatas: [...byBroker.values()],
    };
  }

  clusterInfo() {
    const clusterAddrTable = {};
    for (const { cluster, brokerName } of this.#brokers.values()) {
      clusterAddrTable[cluster] = [...(clusterAddrTable[cluster] ?? []), brokerName];
    }
    return { brokerAddrTable: Object.fromEntries(this.#brokers), clusterAddrTable };
  }

  forget(topic) {
    this.#topics.delete(topic);
  }

  topicList() {
    return [...this.#topics.keys()];
  }
}

/** @returns {Promise<() => Promise<void>>} what a stop has to do before the process may end */
export async function startNamesrv({ configFile, properties, userHome, isMute, log, print }) {
  const listenPort = Number(properties.listenPort ?? 9876);
  const effective = {
    rocketmqHome: process.env.ROCKETMQ_HOME ?? '',
    kvConfigPath: `${userHome}/namesrv/kvConfig.json`,
    listenPort: String(listenPort),
    ...properties,
  };
  const routes = new RouteTable();
  const kv = new Map();

  const handlers = {
    100: ({ extFields }) => {
      kv.set(`${extFields.namespace}/${extFields.key}`, extFields.value);
      return SUCCESS;
    },
    101: ({ extFields }) => {
      const value = kv.get(`${extFields.namespace}/${extFields.key}`);
      return value === undefined
        ? { code: 22, remark: `No config item, Namespace: ${extFields.namespace} Key: ${extFields.key}` }
        : { code: 0, extFields: { value } };
    },
    103: ({ extFields, body }, socket) => {
      const { topicConfigSerializeWrapper } = JSON.parse(body.toString());
      const { brokerAddr, brokerName, haServerAddr } = extFields;
      if (routes.register(extFields, topicConfigSerializeWrapper.topicConfigTable, socket)) {
        log('namesrv', `new broker registered, ${brokerAddr} HAServer: ${haServerAddr}`, { thread: 'RemotingExecutorThread_1' });
      }
      return { code: 0, extFields: extFields.brokerId === '0' ? {} : { ...routes.masterOf(brokerName) } };
    },
    104: ({ extFields }) => {
      routes.unregister(extFields.brokerAddr);
      log('namesrv', `unregisterBroker, remove from brokerLiveTable OK, ${extFields.brokerAddr}`, { thread: 'RemotingExecutorThread_1' });
      return SUCCESS;
    },
    105: ({ extFields, version }) => {
      const route = routes.route(extFields.topic);
      if (route === undefined) return { code: 17, remark: `No topic route info in name server for the topic: ${extFields.topic}` };
      const isStandard = version >= STANDARD_JSON_VERSION || extFields.acceptStandardJsonOnly === 'true';
      return { code: 0, body: isStandard ? json(route) : bareKeyJson(route) };
    },
    106: () => ({ code: 0, body: bareKeyJson(routes.clusterInfo()) }),
    206: () => ({ code: 0, body: json({ topicList: routes.topicList() }) }),
    216: ({ extFields }) => {
      routes.forget(extFields.topic);
      return SUCCESS;
    },
    319: () => ({ code: 0, body: Buffer.from(formatProperties(effective)) }),
  };

  const onClose = (socket) => {
    for (const address of routes.addressesOf(socket)) {
      log('namesrv', `the broker's channel destroyed, ${address}, clean it's data structure at once`, { thread: 'NettyEventExecutor' });
      routes.unregister(address);
    }
  };
  if (configFile !== undefined) print(`load config properties file OK, ${configFile}`);
  await serve(
    listenPort,
    (request, socket) => {
      if (isMute) return undefined;
      return handlers[request.code]?.(request, socket) ?? { code: 3, remark: `request type ${request.code} not supported` };
    },
    onClose,
  );
  const success = `The Name Server boot success. serializeType=JSON, address 0.0.0.0:${listenPort}`;
  print(success);
  log('namesrv', success);
  return async () => {
    log('namesrv', 'shutdown hook was invoked, 1 times.', { thread: 'ShutdownHook' });
    log('namesrv', 'shutdown hook done, consuming time total(ms): 0', { thread: 'ShutdownHook' });
  };
}
