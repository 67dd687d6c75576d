import { get, type IncomingMessage } from 'node:http';
import { asError, systemCode } from '../base/errors.js';
import { ConnectionError } from './connection.js';

/**
 * Lists the brokers: `data.clusterInfo.brokerAddrTable` of a JsonResult (`status` 0, else `errMsg`).
 * Source: controller/ClusterController.java, service/impl/ClusterServiceImpl.java list, support/JsonResult.java: the same in the console and
 * in the dashboard 1.0.0 to 2.1.0.
 */
const BROKERS_PATH = '/cluster/list.query';

/** Answers from its own settings, also while no NameServer and no broker answers. Source: controller/OpsController.java, all generations. */
const ALIVE_PATH = '/ops/homePage.query';

/** brokerName → the addresses of its replicas, as a dashboard shows them. */
export type ShownBrokers = ReadonlyMap<string, readonly string[]>;

/**
 * Asks the dashboard at `address` (host:port) for the brokers that it shows; it asks a NameServer and each broker for that.
 * @returns 'login' if it asks for a login first. Rejects with what the dashboard says is wrong, ConnectionError, or the reason of `signal`.
 */
export async function shownBrokers(address: string, signal: AbortSignal): Promise<ShownBrokers | 'login'> {
  const { status, body } = await fetchPage(address, BROKERS_PATH, signal);
  if (isRedirection(status) || status === 401) return 'login';
  if (status !== 200) throw new Error(`it answers ${BROKERS_PATH} with HTTP ${status}`);
  return readBrokers(body);
}

/** Resolves once the dashboard has answered a question that it answers by itself, whatever the answer is. Rejects as `shownBrokers`. */
export async function dashboardAnswers(address: string, signal: AbortSignal): Promise<void> {
  await fetchPage(address, ALIVE_PATH, signal);
}

type JsonResult = {
  status?: number;
  errMsg?: string | null;
  data?: { clusterInfo?: { brokerAddrTable?: Record<string, { brokerAddrs?: Record<string, string> }> } } | null;
};

/** @throws Error with the words of the dashboard */
export function readBrokers(body: string): ShownBrokers {
  let result: JsonResult;
  try {
    result = JSON.parse(body) as JsonResult;
  } catch {
    throw new Error(`its answer to ${BROKERS_PATH} is not JSON`);
  }
  if (result.status !== 0) throw new Error(`it cannot list the brokers: ${result.errMsg ?? `status ${result.status}`}`);
  const table = result.data?.clusterInfo?.brokerAddrTable ?? {};
  return new Map(Object.entries(table).map(([name, { brokerAddrs = {} }]) => [name, Object.values(brokerAddrs)]));
}

const isRedirection = (status: number): boolean => status >= 300 && status < 400;

/** Each request has its own connection: one that is kept would end with the dashboard, and fail the next request. */
function fetchPage(address: string, path: string, signal: AbortSignal): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => {
      if (signal.aborted) return reject(asError(signal.reason));
      const { message } = asError(error);
      reject(new ConnectionError(address, systemCode(error) ?? 'CLOSED', `${address}: ${message}`, { wasOpen: false }));
    };
    const read = (response: IncomingMessage) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', fail);
      response.once('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }));
    };
    get(`http://${address}${path}`, { agent: false, signal, headers: { accept: 'application/json' } }, read).once('error', fail);
  });
}
