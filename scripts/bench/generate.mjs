/** Large inputs, the same in every run: logs as brokers write them, and configuration files as people write them. */

import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** What a search looks for; see `writeLogs` for how often it is there. */
export const NEEDLE = 'OrdersArchive';
/** `rmqdev logs` shows the last 100 records without more options, so a search that finds fewer has to read everything. */
const NEEDLES = 80;
const CHUNK_BYTES = 4 << 20;

const LINES = [
  'INFO BrokerControllerScheduledThread1 - slave fall behind master: 0 bytes',
  'INFO brokerOutApi_thread_1 - register broker[0]to name server 127.0.0.1:9876 OK',
  'INFO ClientManageThread_7 - new consumer connected, group: orders-consumer CONSUME_PASSIVELY CLUSTERING channel: ClientChannelInfo [channel=[id: 0x5b2c7f10, L:/127.0.0.1:10911 - R:/127.0.0.1:41822], clientId=127.0.0.1@24242, language=JAVA, version=399]',
  'INFO PullRequestHoldService - [NOTIFYME] check hold request cost 2 ms',
  'INFO NettyServerCodecThread_3 - NETTY SERVER PIPELINE: channelRegistered 127.0.0.1:41822',
  'WARN SendMessageThread_1 - the topic OrdersPaid not exist, producer: /127.0.0.1:41822',
  'INFO ReputMessageService - findPutMessageEntireTimePX 0.999=0.00ms cost 0ms',
];
const TRACE = [
  'ERROR AdminBrokerThread_2 - process request exception',
  'java.util.NoSuchElementException: null',
  ...['java.base/java.util.LinkedList.getLast(LinkedList.java:261)']
    .concat(
      'org.apache.rocketmq.store.StoreStatsService.getPutTps(StoreStatsService.java:389)',
      'org.apache.rocketmq.store.StoreStatsService.getRuntimeInfo(StoreStatsService.java:509)',
      'org.apache.rocketmq.store.DefaultMessageStore.getRuntimeInfo(DefaultMessageStore.java:839)',
      'org.apache.rocketmq.broker.processor.AdminBrokerProcessor.prepareRuntimeInfo(AdminBrokerProcessor.java:1430)',
      'org.apache.rocketmq.broker.processor.AdminBrokerProcessor.processRequest(AdminBrokerProcessor.java:181)',
      'org.apache.rocketmq.remoting.netty.NettyRemotingAbstract.lambda$processRequestCommand$1(NettyRemotingAbstract.java:225)',
      'java.base/java.util.concurrent.ThreadPoolExecutor.runWorker(ThreadPoolExecutor.java:1136)',
      'java.base/java.lang.Thread.run(Thread.java:840)',
    )
    .map((frame) => `\tat ${frame}`),
].join('\n');
/** A record in so many has a stack trace. */
const TRACE_EVERY = 40;

/** Of the `number`th record: fifty in a second, and it never goes back. */
const timeOf = (number) => new Date(Date.UTC(2026, 0, 1) + Math.floor(number / 50) * 1_000).toISOString().slice(0, 19).replace('T', ' ');

/** @returns the `number`th record of a log, with its newline. */
function record(number) {
  return `${timeOf(number)} ${number % TRACE_EVERY === 7 ? TRACE : `${LINES[number % LINES.length]} ${number}`}\n`;
}

/** Writes records to an open file. @returns the number of the next one. */
export function appendRecords(descriptor, count, from) {
  let text = '';
  for (let number = from; number < from + count; number += 1) text += record(number);
  writeSync(descriptor, text);
  return from + count;
}

/**
 * Writes `~/logs/rocketmqlogs/broker.log` and `store.log` below `home`, together of `bytes`. Some records in each have NEEDLE on one
 * of their lines: half of them in the first line, half in a stack trace.
 */
export function writeLogs(home, bytes) {
  const folder = join(home, 'logs', 'rocketmqlogs');
  mkdirSync(folder, { recursive: true });
  const perFile = bytes / 2;
  return ['broker.log', 'store.log'].map((name) => {
    const file = join(folder, name);
    const descriptor = openSync(file, 'w');
    let number = 0;
    for (let written = 0, needles = 0; written < perFile; ) {
      let text = '';
      while (text.length < CHUNK_BYTES) text += record(number++);
      if (written / perFile >= needles / (NEEDLES / 2)) {
        needles += 1;
        const at = timeOf(number);
        text +=
          needles % 2 === 0
            ? `${at} WARN SendMessageThread_1 - the topic ${NEEDLE} not exist, producer: /127.0.0.1:41822\n`
            : `${at} ERROR SendMessageThread_1 - process request exception\njava.lang.RuntimeException: no route of ${NEEDLE}\n\tat java.base/java.lang.Thread.run(Thread.java:840)\n`;
      }
      writeSync(descriptor, text);
      written += text.length;
    }
    closeSync(descriptor);
    return file;
  });
}

/** Of a folder: a 2m2s as people write it, with a few usual mistakes. */
const FILES_OF_FOLDER = 10;

/** Writes `count` files below `folder`, ten to a cluster. */
export function writeConfigurations(folder, count) {
  for (let index = 0; index < count / FILES_OF_FOLDER; index += 1) {
    const cluster = join(folder, `cluster-${index}`);
    mkdirSync(cluster, { recursive: true });
    for (const [name, lines] of Object.entries(configurations(cluster, index))) writeFileSync(join(cluster, name), `${lines.join('\n')}\n`);
  }
}

function configurations(cluster, index) {
  const port = 20_000 + (index % 200) * 200;
  const namesrvs = `127.0.0.1:${port};127.0.0.1:${port + 1}`;
  const broker = (name, id, role, offset, ...more) => [
    '# as in conf/2m-2s-sync',
    `brokerClusterName=cluster-${index}`,
    `brokerName=${name}`,
    `brokerId=${id}`,
    `namesrvAddr=${namesrvs}`,
    `listenPort=${port + 10 + offset}`,
    `storePathRootDir=${cluster}/store-${name}-${id}`,
    `storePathCommitLog=${cluster}/store-${name}-${id}/commitlog`,
    'deleteWhen=04',
    'fileReservedTime=48',
    `brokerRole=${role}`,
    'flushDiskType=ASYNC_FLUSH',
    ...more,
  ];
  return {
    'namesrv-1.properties': [`listenPort=${port}`],
    'namesrv-2.properties': [`listenPort=${port + 1}`],
    'broker-a.properties': broker('broker-a', 0, 'SYNC_MASTER', 0),
    'broker-a-s.properties': broker('broker-a', 1, 'SLAVE', 10),
    'broker-b.properties': broker('broker-b', 0, 'SYNC_MASTER', 20, 'autoCreateTopicEnabled=false'),
    'broker-b-s.properties': broker('broker-b', 1, 'SLAVE', 30),
    // The HA port of broker-c is the port of its slave.
    'broker-c.properties': broker('broker-c', 0, 'ASYNC_MASTER', 40),
    'broker-c-s.properties': broker('broker-c', 1, 'SLAVE', 41),
    'broker-d.conf': broker('broker-d', 0, 'ASYNC_MASTER', 60),
    'broker-d-s.conf': broker('broker-d', 1, 'SLAVE', 70),
  };
}
