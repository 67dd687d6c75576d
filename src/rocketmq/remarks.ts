/**
 * Facts that only the remark of an answer tells, because its code means several things. Such texts are matched only here:
 * Java writes them, and a release may change them.
 */
const REMARKS = {
  /** Source: proxy/.../processor/validator/DefaultTopicMessageTypeValidator.java. Code 13; brokers create topics by themselves, proxies do not. */
  PROXY_WANTS_TOPIC: { code: 13, pattern: /\bTopicMessageType\b/ },
  /** Source: broker/.../processor/PullMessageProcessor.java `rejectRequest` (5.x). Code 2; slaveReadEnable is false and this is a slave. */
  SLAVE_READS_REFUSED: { code: 2, pattern: /^\[REJECTREQUEST\]/ },
} as const;

export type RemarkMeaning = keyof typeof REMARKS;

/** @returns whether an answer with this code and remark has that meaning. */
export function remarkMeans({ code, remark }: { code: number; remark: string | undefined }, meaning: RemarkMeaning): boolean {
  const row = REMARKS[meaning];
  return code === row.code && row.pattern.test(remark ?? '');
}
