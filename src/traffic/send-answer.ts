import { asError } from '../base/errors.js';
import { ResponseCode } from '../remoting/codes.js';
import { ConnectionError } from '../remoting/connection.js';
import { ResponseError } from '../remoting/response.js';
import { remarkMeans } from '../rocketmq/remarks.js';

/** RocketMQ's names. Source: client/.../producer/SendStatus.java. */
export type SendStatus = 'SEND_OK' | 'FLUSH_DISK_TIMEOUT' | 'SLAVE_NOT_AVAILABLE' | 'FLUSH_SLAVE_TIMEOUT';

type StatusRow = { code: number; status: SendStatus; means: string };

/** Each code with which a message is stored, and what is known about it then. Source: client/.../impl/MQClientAPIImpl.java `processSendResponse`. */
const STATUS_ROWS: readonly StatusRow[] = [
  { code: ResponseCode.SUCCESS, status: 'SEND_OK', means: 'stored as the broker promises' },
  {
    code: ResponseCode.FLUSH_DISK_TIMEOUT,
    status: 'FLUSH_DISK_TIMEOUT',
    means: 'stored in memory, but not yet written to the disk (flushDiskType SYNC_FLUSH took too long)',
  },
  {
    code: ResponseCode.SLAVE_NOT_AVAILABLE,
    status: 'SLAVE_NOT_AVAILABLE',
    means: 'stored only on the master: its slave is not connected, or too far behind',
  },
  {
    code: ResponseCode.FLUSH_SLAVE_TIMEOUT,
    status: 'FLUSH_SLAVE_TIMEOUT',
    means: 'stored on the master; the slave did not confirm it in time',
  },
];

export const statusOf = (code: number): SendStatus => STATUS_ROWS.find((row) => row.code === code)?.status ?? 'SEND_OK';

/** @returns what is known about a message with that status, for people. */
export const meaningOf = (status: SendStatus): string => STATUS_ROWS.find((row) => row.status === status)?.means ?? status;

/** Codes for which RocketMQ's client tries another broker. Source: client/.../producer/DefaultMQProducer.java `retryResponseCodes`. */
const RETRIED_CODES: ReadonlySet<number> = new Set([
  ResponseCode.TOPIC_NOT_EXIST,
  ResponseCode.SERVICE_NOT_AVAILABLE,
  ResponseCode.SYSTEM_ERROR,
  ResponseCode.SYSTEM_BUSY,
  ResponseCode.NO_PERMISSION,
  ResponseCode.GO_AWAY,
]);

export type SendFailure = {
  readonly error: Error;
  /** Another broker, or the same one later, may accept it. */
  readonly canRetry: boolean;
  /** No answer arrived: the broker may have stored it. */
  readonly mayBeStored: boolean;
};

export function failureOf(thrown: unknown): SendFailure {
  const error = asError(thrown);
  if (error instanceof ResponseError) return { error, canRetry: RETRIED_CODES.has(error.code), mayBeStored: false };
  if (error instanceof ConnectionError) return { error, canRetry: true, mayBeStored: error.wasOpen };
  return { error, canRetry: error.name === 'TimeoutError', mayBeStored: error.name === 'TimeoutError' };
}

/** @returns what to do about a refused message, if the answer alone tells it. */
export function adviceOn(error: Error, topic: string): string | undefined {
  if (!(error instanceof ResponseError)) return undefined;
  if (error.code === ResponseCode.TOPIC_NOT_EXIST)
    return `\`rmqdev topic create ${topic}\` creates it: this broker does not create topics by itself`;
  if (remarkMeans(error, 'PROXY_WANTS_TOPIC'))
    return `A proxy accepts messages only for an existing topic: \`rmqdev topic create ${topic}\` creates it`;
  return undefined;
}
