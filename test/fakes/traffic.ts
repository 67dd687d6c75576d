import { systemClock } from '../../src/base/clock.js';
import type { InvokeOptions, RemotingClient, RemotingResponse } from '../../src/remoting/client.js';
import { RequestCode, ResponseCode } from '../../src/remoting/codes.js';
import type { Access } from '../../src/traffic/cluster-access.js';
import { encodeRecord } from '../unit/remoting/stored-record.js';

const NAMESRV = '127.0.0.1:9876';
const NOWHERE = Buffer.of(127, 0, 0, 1);
const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

type Message = { readonly body: string; readonly storeTimestamp: number; readonly tag?: string };

/** A master as clients of one topic meet it. */
class FakeMaster {
  readonly queues: Message[][];
  /** Queue ids that cannot be read: each pull gets this code. */
  readonly refused = new Map<number, number>();
  /** Group to queueId to offset, of the one topic. */
  readonly offsets = new Map<string, Map<number, number>>();
  /** So many further commits are confirmed and forgotten. */
  forgets = 0;

  constructor(
    readonly brokerName: string,
    readonly address: string,
    queueCount: number,
  ) {
    this.queues = Array.from({ length: queueCount }, () => []);
  }

  committed(group: string): Record<number, number> {
    return Object.fromEntries(this.offsets.get(group) ?? []);
  }

  /** As ConsumerOffsetManager of 4.9.7: whoever finds no table makes one, and the last one stays. */
  async commit(group: string, queueId: number, offset: number): Promise<void> {
    if (this.forgets > 0) {
      this.forgets -= 1;
      return;
    }
    const table = this.offsets.get(group);
    await nextTurn();
    if (table) table.set(queueId, offset);
    else this.offsets.set(group, new Map([[queueId, offset]]));
  }
}

/** One topic on some masters, without a socket: what the traffic layer asks of NameServers and brokers. */
export class FakeTopic {
  readonly masters: FakeMaster[] = [];
  readonly #abort = new AbortController();
  #stored = 0;

  constructor(readonly topic = 'T') {}

  /** Registers a master that holds the topic; from now on it is in the route. */
  add(brokerName: string, queueCount: number): FakeMaster {
    const master = new FakeMaster(brokerName, `127.0.0.1:${20_000 + this.masters.length}`, queueCount);
    this.masters.push(master);
    return master;
  }

  /** Stores a message, later than all before. */
  put(master: FakeMaster, queueId: number, body: string, tag?: string): void {
    this.#stored += 1;
    master.queues[queueId]?.push({ body, storeTimestamp: this.#stored, ...(tag === undefined ? {} : { tag }) });
  }

  /** Ctrl-C. */
  interrupt(): void {
    this.#abort.abort(new Error('interrupted'));
  }

  get access(): Access {
    return {
      client: { invoke: (address: string, code: number, options: InvokeOptions) => this.#invoke(address, code, options) } as RemotingClient,
      clock: systemClock,
      namesrvs: [NAMESRV],
      timeoutMs: 5_000,
      signal: this.#abort.signal,
    };
  }

  async #invoke(address: string, code: number, { extFields = {}, signal }: InvokeOptions): Promise<RemotingResponse> {
    await nextTurn();
    signal.throwIfAborted();
    const answer = address === NAMESRV ? this.#namesrv(code) : await this.#broker(address, code, extFields, signal);
    return { code: ResponseCode.SUCCESS, remark: undefined, extFields: {}, body: Buffer.alloc(0), ...answer };
  }

  #namesrv(code: number): Partial<RemotingResponse> {
    const datas = this.masters.map(({ brokerName, address }) => ({ cluster: 'DefaultCluster', brokerName, brokerAddrs: { 0: address } }));
    if (code === RequestCode.GET_BROKER_CLUSTER_INFO) {
      const brokerAddrTable = Object.fromEntries(datas.map((data) => [data.brokerName, data]));
      return { body: json({ brokerAddrTable, clusterAddrTable: { DefaultCluster: Object.keys(brokerAddrTable) } }) };
    }
    if (this.masters.length === 0) return { code: ResponseCode.TOPIC_NOT_EXIST };
    const queueDatas = this.masters.map(({ brokerName, queues: { length } }) => ({
      brokerName,
      readQueueNums: length,
      writeQueueNums: length,
      perm: 6,
    }));
    return { body: json({ brokerDatas: datas, queueDatas }) };
  }

  async #broker(
    address: string,
    code: number,
    fields: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Partial<RemotingResponse>> {
    const master = this.masters.find((candidate) => candidate.address === address) as FakeMaster;
    const queueId = Number(fields.queueId);
    const queue = master.queues[queueId] ?? [];
    switch (code) {
      case RequestCode.GET_MIN_OFFSET:
        return { extFields: { offset: '0' } };
      case RequestCode.GET_MAX_OFFSET:
        return { extFields: { offset: String(queue.length) } };
      case RequestCode.SEARCH_OFFSET_BY_TIMESTAMP: {
        const found = queue.findIndex(({ storeTimestamp }) => storeTimestamp >= Number(fields.timestamp));
        return { extFields: { offset: String(found >= 0 ? found : Math.max(0, queue.length - 1)) } };
      }
      case RequestCode.GET_ALL_CONSUMER_OFFSET: {
        const table = [...master.offsets].map(([group, offsets]) => [`${this.topic}@${group}`, Object.fromEntries(offsets)]);
        return { body: json({ offsetTable: Object.fromEntries(table) }) };
      }
      case RequestCode.GET_CONSUMER_CONNECTION_LIST:
        return { code: ResponseCode.CONSUMER_NOT_ONLINE };
      case RequestCode.GET_ALL_SUBSCRIPTIONGROUP_CONFIG:
        return { body: json({ subscriptionGroupTable: {} }) };
      case RequestCode.UPDATE_CONSUMER_OFFSET:
        await master.commit(String(fields.consumerGroup), queueId, Number(fields.commitOffset));
        return {};
      case RequestCode.PULL_MESSAGE:
        return this.#pull(master, queueId, fields, signal);
      default:
        return { code: ResponseCode.REQUEST_CODE_NOT_SUPPORTED };
    }
  }

  async #pull(
    master: FakeMaster,
    queueId: number,
    fields: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Partial<RemotingResponse>> {
    const refusal = master.refused.get(queueId);
    if (refusal !== undefined) return { code: refusal, remark: 'as the test wants it' };
    const queue = master.queues[queueId] ?? [];
    const offset = Number(fields.queueOffset);
    const isHeld = Number(fields.suspendTimeoutMillis) > 0;
    while (isHeld && queue.length <= offset && !signal.aborted) await nextTurn();
    signal.throwIfAborted();
    const some = queue.slice(offset, offset + Number(fields.maxMsgNums));
    const body = Buffer.concat(some.map((message, index) => this.#record(message, queueId, offset + index)));
    const extFields = { nextBeginOffset: String(offset + some.length), minOffset: '0', maxOffset: String(queue.length) };
    return { code: some.length > 0 ? ResponseCode.SUCCESS : ResponseCode.PULL_NOT_FOUND, extFields, body };
  }

  #record({ body, storeTimestamp, tag }: Message, queueId: number, queueOffset: number): Buffer {
    return encodeRecord({
      topic: this.topic,
      queueId,
      queueOffset,
      physOffset: storeTimestamp,
      body: Buffer.from(body),
      propertiesText: tag === undefined ? '' : `TAGS\x01${tag}\x02`,
      bornTimestamp: storeTimestamp,
      storeTimestamp,
      sysFlag: 0,
      bornIp: NOWHERE,
      storeIp: NOWHERE,
      storePort: 1,
      isV2: false,
    });
  }
}
