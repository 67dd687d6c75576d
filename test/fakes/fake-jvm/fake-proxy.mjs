import { readFileSync } from 'node:fs';
import { createServer } from 'node:http2';
import { Peer, serve } from './wire.mjs';

const ROUTE = 105;
const SEND_V2 = 310;
const MEMBERS = 203;

/** @returns {Promise<() => Promise<void>>} what a stop has to do before the process may end */
export async function startProxy({ proxyFile, isMute, log, print }) {
  const config = { rocketMQClusterName: 'DefaultCluster', ...JSON.parse(readFileSync(proxyFile, 'utf8')) };
  const { rocketMQClusterName, grpcServerPort, remotingListenPort, remotingAccessAddr } = config;
  const namesrvs = config.namesrvAddr.split(';').map((address) => new Peer(address));
  const brokers = new Map();

  const routeOf = async (topic) => {
    for (const namesrv of namesrvs) {
      const answer = await namesrv.call({ code: ROUTE, extFields: { topic, acceptStandardJsonOnly: 'true' } }).catch(() => undefined);
      if (answer?.code === 0) return JSON.parse(answer.body.toString());
    }
    return undefined;
  };
  const masterOf = async (brokerName) => {
    const route = await routeOf(brokerName);
    return route?.brokerDatas.find((data) => data.brokerName === brokerName)?.brokerAddrs[0];
  };
  const route = async ({ extFields: { topic } }) => {
    const found = await routeOf(topic);
    if (found === undefined) return { code: 17, remark: `the topic ${topic} has no route` };
    const brokerAddrs = { 0: `${remotingAccessAddr}:${remotingListenPort}` };
    const brokerDatas = found.brokerDatas.map((data) => ({ ...data, brokerAddrs }));
    return { code: 0, body: Buffer.from(JSON.stringify({ ...found, brokerDatas })) };
  };
  const passOn = async (request) => {
    const brokerName = request.extFields[request.code === SEND_V2 ? 'n' : 'bname'];
    if (brokerName === undefined) return { code: 15, remark: "Request doesn't have field bname" };
    const address = await masterOf(brokerName);
    if (address === undefined) return { code: 17, remark: `no master of ${brokerName}` };
    if (!brokers.has(address)) brokers.set(address, new Peer(address));
    const { code, extFields, body } = request;
    const answer = await brokers.get(address).call({ code, extFields, body });
    return { code: answer.code, remark: answer.remark, extFields: answer.extFields, body: answer.body };
  };
  const handle = async (request) => {
    if (isMute) return undefined;
    if (request.code === ROUTE) return route(request);
    if (request.code === MEMBERS) return { code: 206, remark: `the consumer group[${request.extFields.consumerGroup}] not online` };
    return passOn(request).catch((error) => ({ code: 1, remark: error.message }));
  };

  if ((await routeOf(rocketMQClusterName)) === undefined) {
    print(
      `org.apache.rocketmq.proxy.common.ProxyException: create system broadcast topic DefaultHeartBeatSyncerTopic failed on cluster ${rocketMQClusterName}`,
    );
    process.exit(1);
  }
  const grpc = createServer();
  await new Promise((resolve, reject) => {
    grpc.once('error', reject);
    grpc.listen(grpcServerPort, () => resolve());
  });
  await serve(remotingListenPort, handle);
  const success = `${new Date().toUTCString()} rocketmq-proxy startup successfully`;
  print(success);
  log('proxy', success);
  return async () => log('proxy', 'grpc server shutdown successfully.', { thread: 'Thread-14' });
}
