import { Peer } from './wire.mjs';

/** The second registration comes at the latest after this. */
const SECOND_REGISTRATION_MS = 10_000;
const UNREGISTER_TIMEOUT_MS = 500;

/** Keeps one broker registered with all its NameServers, over connections that stay open. */
export class Registration {
  #config;
  #address;
  #topics;
  #log;
  #onMaster;
  #peers;

  /** @param {(haServerAddr: string) => void} onMaster called with the master's HA address whenever a NameServer names one */
  constructor(config, address, topics, log, onMaster) {
    this.#config = config;
    this.#address = address;
    this.#topics = topics;
    this.#log = log;
    this.#onMaster = onMaster;
    this.#peers = (config.namesrvAddr ?? '')
      .split(';')
      .filter(Boolean)
      .map((namesrv) => new Peer(namesrv));
  }

  /** Registers now, then after at most 10 s, then every period; nothing of this if it is lazy. */
  async start(isLazy) {
    if (isLazy) return;
    const periodMs = Number(this.#config.registerNameServerPeriod);
    setTimeout(
      () => {
        void this.register();
        setInterval(() => void this.register(), periodMs);
      },
      Math.min(SECOND_REGISTRATION_MS, periodMs),
    );
    await this.register();
  }

  async register() {
    const { brokerIP1, brokerIP2 = brokerIP1, haListenPort, brokerId } = this.#config;
    const extFields = { ...this.#identity(), haServerAddr: `${brokerIP2}:${haListenPort}`, compressed: 'false', bodyCrc32: '0' };
    const table = { topicConfigTable: this.#topics.toJSON(), dataVersion: { counter: 1, timestamp: Date.now() } };
    const body = Buffer.from(JSON.stringify({ topicConfigSerializeWrapper: table, filterServerList: [] }));
    await this.#callAll({ code: 103, extFields, body }, (namesrv, response) => {
      this.#log('broker', `register broker[${brokerId}]to name server ${namesrv} OK`, { thread: 'brokerOutApi_thread_1' });
      if (response.extFields?.haServerAddr) this.#onMaster(response.extFields.haServerAddr);
    });
  }

  async unregister() {
    const done = this.#callAll({ code: 104, extFields: this.#identity() }, (namesrv) =>
      this.#log('broker', `unregisterBroker OK, NamesrvAddr: ${namesrv}`),
    );
    await Promise.race([done, new Promise((resolve) => setTimeout(resolve, UNREGISTER_TIMEOUT_MS))]);
  }

  #identity() {
    const { brokerName, brokerClusterName: clusterName, brokerId } = this.#config;
    return { brokerName, brokerAddr: this.#address, clusterName, brokerId };
  }

  async #callAll(request, onAnswer) {
    await Promise.all(
      this.#peers.map((peer) =>
        peer.call(request).then(
          (response) => onAnswer(peer.address, response),
          (error) =>
            this.#log('broker', `registerBroker Exception, ${peer.address} ${error.message}`, {
              level: 'WARN',
              thread: 'brokerOutApi_thread_1',
            }),
        ),
      ),
    );
  }
}
