import { isElected, type NodeSpec } from '../../src/cluster/spec/node-spec.js';
import type { InvokeOptions, RemotingClient, RemotingResponse } from '../../src/remoting/client.js';
import { RequestCode, ResponseCode, requestName } from '../../src/remoting/codes.js';
import { parseConfigText } from '../../src/remoting/config-text.js';

/** What a fake node does; a test changes it as it goes. */
export type FakeNode = {
  /** Nobody listens there. */
  isDown: boolean;
  /** It listens and never answers. */
  isMute: boolean;
  /** The next offset of queue 0 of its own topic; also stands for the length of its commit log. */
  maxOffset: number;
  /** What a send is answered with. */
  sendCode: number;
  /** What is sent to it arrives at its slaves at once. */
  replicates: boolean;
  /** What GET_BROKER_HA_STATUS is answered with. */
  inSyncSlaveNums: number;
  haStatusCode: number;
  /** SYSTEM_ERROR: it has no statistics yet, as in the first second of a broker. */
  runtimeInfoCode: number;
  /** An UPDATE_BROKER_CONFIG makes it register. */
  registersWhenNudged: boolean;
  topics: string[];
  /** What GET_BROKER_CONFIG gives. */
  config: Readonly<Record<string, string>>;
  /** Answers the making of a topic as a slave of 4.9.7 does. */
  refusesTopics: boolean;
};

/** The nodes of one cluster as the remoting layer meets them, without a socket. */
export class FakeRocketMq {
  /** Each request so far: `broker-a SEND_MESSAGE_V2`. */
  readonly calls: string[] = [];
  /** This replica becomes the master of its group once the one before is dropped. */
  electsWhenDropped: string | undefined;
  /** The controller that leads; undefined: the first that is there, if enough are; null: none. */
  controllerLeader: string | null | undefined;
  /** Called with the node's id once an answer is made up. */
  afterAnswer: (id: string) => void = () => {};
  readonly #specs: readonly NodeSpec[];
  readonly #nodes: ReadonlyMap<string, FakeNode>;
  /** NameServer → `brokerName brokerId` → address. */
  readonly #routes = new Map<string, Map<string, string>>();

  constructor(specs: readonly NodeSpec[]) {
    this.#specs = specs;
    this.#nodes = new Map(
      specs.map(({ id }) => [
        id,
        {
          isDown: false,
          isMute: false,
          maxOffset: 0,
          sendCode: ResponseCode.SUCCESS,
          replicates: true,
          inSyncSlaveNums: 1,
          haStatusCode: ResponseCode.SUCCESS,
          runtimeInfoCode: ResponseCode.SUCCESS,
          registersWhenNudged: false,
          topics: [],
          config: {},
          refusesTopics: false,
        },
      ]),
    );
  }

  node(id: string): FakeNode {
    return this.#nodes.get(id) as FakeNode;
  }

  /** Lists nodes with NameServers (default: all), each under its own id; the first of a group that elects its master leads it. */
  register(ids: readonly string[], namesrvs: readonly string[] = this.#namesrvs()): void {
    for (const spec of this.#specs.filter(({ id }) => ids.includes(id))) {
      for (const namesrv of namesrvs)
        this.list(spec, isElected(spec) ? this.#electedId(spec, namesrv) : (spec.brokerId as number), [namesrv]);
    }
  }

  /** Makes `id` the master of its group, on every NameServer. */
  elect(id: string): void {
    const spec = this.#specs.find((candidate) => candidate.id === id) as NodeSpec;
    this.unregister(id);
    this.list(spec, 0);
  }

  #electedId(spec: NodeSpec, namesrv: string): number {
    const master = this.#routes.get(namesrv)?.get(`${spec.brokerName} 0`);
    return master === undefined || master === spec.registeredAddress ? 0 : Number(spec.id.at(-1)) + 1;
  }

  /** Lists a node under an id that need not be its own. */
  list(spec: NodeSpec, brokerId: number, namesrvs: readonly string[] = this.#namesrvs()): void {
    for (const namesrv of namesrvs) {
      const routes = this.#routes.get(namesrv) ?? new Map();
      this.#routes.set(namesrv, routes.set(`${spec.brokerName} ${brokerId}`, spec.registeredAddress));
    }
  }

  unregister(id: string, namesrvs: readonly string[] = this.#namesrvs()): void {
    const { registeredAddress } = this.#specs.find((spec) => spec.id === id) as NodeSpec;
    for (const namesrv of namesrvs)
      for (const [key, address] of this.#routes.get(namesrv) ?? [])
        if (address === registeredAddress) this.#routes.get(namesrv)?.delete(key);
    const next = this.electsWhenDropped;
    if (next === undefined || next === id) return;
    this.electsWhenDropped = undefined;
    this.elect(next);
  }

  /** Do the NameServers list the node as the master of its brokerName? */
  holds0(id: string): boolean {
    return this.#leads(this.#specs.find((spec) => spec.id === id) as NodeSpec);
  }

  /** How often `node` was asked for `request`. */
  count(request: keyof typeof RequestCode, node?: string): number {
    return this.calls.filter((call) => call === `${node ?? call.split(' ')[0]} ${request}`).length;
  }

  get client(): RemotingClient {
    return { invoke: (address: string, code: number, options: InvokeOptions) => this.#invoke(address, code, options) } as RemotingClient;
  }

  #namesrvs(): string[] {
    return this.#specs.filter(({ role }) => role === 'namesrv').map(({ id }) => id);
  }

  async #invoke(address: string, code: number, { extFields = {}, body, signal }: InvokeOptions): Promise<RemotingResponse> {
    const spec = this.#specs.find(({ localAddress }) => localAddress === address) as NodeSpec;
    const node = this.node(spec.id);
    this.calls.push(`${spec.id} ${requestName(code)}`);
    signal.throwIfAborted();
    if (node.isDown) throw new Error(`connect ECONNREFUSED ${address}`);
    if (node.isMute) return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
    const answer = this.#answer(spec, node, code, extFields, body);
    this.afterAnswer(spec.id);
    return { code: ResponseCode.SUCCESS, remark: undefined, extFields: {}, body: Buffer.alloc(0), ...answer };
  }

  #answer(
    spec: NodeSpec,
    node: FakeNode,
    code: number,
    { topic = '' }: Readonly<Record<string, string>>,
    request: Uint8Array | undefined,
  ): Partial<RemotingResponse> {
    switch (code) {
      case RequestCode.GET_MAX_OFFSET:
        return { extFields: { offset: String(node.maxOffset) } };
      case RequestCode.CONTROLLER_GET_METADATA_INFO: {
        const leader = this.#leadingController();
        return { extFields: { isLeader: String(leader?.id === spec.id), controllerLeaderAddress: leader?.localAddress ?? '' } };
      }
      case RequestCode.GET_ROUTEINFO_BY_TOPIC:
        return this.#route(spec.id, topic);
      case RequestCode.UPDATE_BROKER_CONFIG:
        node.config = { ...node.config, ...Object.fromEntries(parseConfigText(Buffer.from(request ?? []).toString())) };
        if (node.registersWhenNudged) this.register([spec.id]);
        return {};
      case RequestCode.GET_BROKER_CONFIG:
        return {
          body: Buffer.from(
            Object.entries(node.config)
              .map(([key, value]) => `${key}=${value}\n`)
              .join(''),
          ),
        };
      case RequestCode.GET_BROKER_HA_STATUS:
        return { code: node.haStatusCode, body: json({ master: true, inSyncSlaveNums: node.inSyncSlaveNums }) };
      case RequestCode.UPDATE_AND_CREATE_TOPIC:
        if (node.refusesTopics)
          return { code: ResponseCode.SYSTEM_ERROR, remark: "Can't modify topic or subscription group from slave broker" };
        node.topics.push(topic);
        return {};
      case RequestCode.GET_ALL_TOPIC_CONFIG: {
        const config = (topicName: string) => ({ topicName, readQueueNums: 8, writeQueueNums: 8, perm: 6 });
        return { body: json({ topicConfigTable: Object.fromEntries(node.topics.map((name) => [name, config(name)])) }) };
      }
      case RequestCode.GET_BROKER_RUNTIME_INFO:
        return {
          code: node.runtimeInfoCode,
          body: json({ table: { commitLogMaxOffset: String(node.maxOffset), brokerVersionDesc: 'V5_5_0' } }),
        };
      case RequestCode.SEND_MESSAGE_V2:
        return this.#send(spec, node);
      case RequestCode.PULL_MESSAGE:
        return { code: node.maxOffset > 0 ? ResponseCode.SUCCESS : ResponseCode.PULL_NOT_FOUND };
      default:
        return { body: json({}) };
    }
  }

  #leadingController(): NodeSpec | undefined {
    const all = this.#specs.filter(({ role }) => role === 'controller');
    const living = all.filter(({ id }) => !this.node(id).isDown);
    if (this.controllerLeader !== undefined) return living.find(({ id }) => id === this.controllerLeader);
    return living.length * 2 > all.length ? living[0] : undefined;
  }

  #send(spec: NodeSpec, node: FakeNode): Partial<RemotingResponse> {
    if (isElected(spec) ? !this.#leads(spec) : spec.brokerId !== 0)
      return { code: ResponseCode.NO_PERMISSION, remark: 'a slave takes no sends' };
    const queueOffset = node.maxOffset;
    node.maxOffset += 1;
    const slaves = this.#specs.filter(({ id, brokerName, brokerId }) => id !== spec.id && brokerName === spec.brokerName && brokerId !== 0);
    if (node.replicates) for (const { id } of slaves) this.node(id).maxOffset = node.maxOffset;
    return { code: node.sendCode, extFields: { msgId: 'x', queueId: '0', queueOffset: String(queueOffset) } };
  }

  #leads(spec: NodeSpec): boolean {
    return this.#namesrvs().some((namesrv) => this.#routes.get(namesrv)?.get(`${spec.brokerName} 0`) === spec.registeredAddress);
  }

  #route(namesrv: string, brokerName: string): Partial<RemotingResponse> {
    const entries = [...(this.#routes.get(namesrv) ?? [])].filter(([key]) => key.startsWith(`${brokerName} `));
    if (entries.length === 0) return { code: ResponseCode.TOPIC_NOT_EXIST };
    const brokerAddrs = Object.fromEntries(entries.map(([key, address]) => [key.split(' ')[1], address]));
    return { body: json({ brokerDatas: [{ cluster: 'DefaultCluster', brokerName, brokerAddrs }], queueDatas: [] }) };
  }
}

const json = (value: unknown) => Buffer.from(JSON.stringify(value));
