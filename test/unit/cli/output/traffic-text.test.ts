import { expect, test } from 'vitest';
import { colorsFor } from '../../../../src/cli/output/terminal.js';
import { trafficText } from '../../../../src/cli/output/traffic-text.js';
import type { StoredMessage } from '../../../../src/remoting/message-codec.js';
import type { Sent } from '../../../../src/traffic/producer.js';
import type { SendEvent } from '../../../../src/traffic/send-all.js';
import { Printed } from '../../../fakes/status.js';

function output() {
  const [stdout, stderr] = [new Printed(), new Printed()];
  return { stdout, stderr, text: trafficText(stdout.stream, stderr.stream, colorsFor(stdout.stream)) };
}

const message = (fields: Partial<StoredMessage>): StoredMessage => ({
  topic: 'T',
  queueId: 0,
  queueOffset: 0,
  physOffset: 0,
  body: Buffer.from(''),
  compression: undefined,
  tags: undefined,
  keys: undefined,
  properties: {},
  bornTimestamp: 0,
  storeTimestamp: 0,
  bornHost: '',
  storeHost: '',
  msgId: '',
  ...fields,
});

test('control characters of a message are shown, not obeyed, and a message is one line', async () => {
  const { stdout, text } = output();
  const body = Buffer.from('\u001b]0;pwned\u0007 \u001b[2Jone\r\ntwo\tü\u009b31m\u202etxt');
  await text.received({ message: message({ body, tags: 'T\u001b[31m', keys: 'k\u0000' }), brokerName: 'broker-a', address: 'a:1' });
  const shown = stdout.text;
  expect(shown).toMatch(/^[^\p{Cc}]+\n$/u);
  expect(shown).toContain('T\\x1b[31m [k\\x00]');
  expect(shown).toContain('\\x1b]0;pwned\\x07 \\x1b[2Jone\\r\\ntwo\\tü\\x9b31m\\u202etxt');
});

const sent = { event: 'sent', status: 'SEND_OK', msgId: '', brokerName: 'broker-a', queueId: 0, queueOffset: 0, latencyMs: 1 } as const;
const SENT: Sent & { event: 'sent' } = { ...sent, offsetMsgId: '', tries: 1, mayBeTwice: false };
const failed = (n: number, why = 'connect ECONNREFUSED'): SendEvent => ({ event: 'failed', n, tries: 3, mayBeStored: false, why });

test('an outage is one line when it begins, and one when it is over, though brokers in turn refuse', () => {
  const { stderr, text } = output();
  const progress = { sent: 0, total: 100, showsEach: false };
  text.sent({ ...SENT, n: 1 }, progress);
  for (let n = 2; n <= 40; n += 1) text.sent(failed(n, `connect ECONNREFUSED ${n % 2 === 0 ? 'a:1' : 'b:1'}`), progress);
  text.sent({ ...SENT, n: 41 }, progress);
  text.sent(failed(42, 'code 14'), progress);
  text.sent({ ...SENT, n: 43 }, progress);
  expect(stderr.text.trimEnd().split('\n')).toEqual([
    'failed message 2 after 3 tries: connect ECONNREFUSED a:1',
    'failed 38 more messages, up to message 40; then they are stored again',
    'failed message 42 after 3 tries: code 14',
  ]);
});

test('an outage that is not over at the end is counted too', () => {
  const { stderr, text } = output();
  const progress = { sent: 0, total: 100, showsEach: false };
  for (const event of [failed(1), failed(2), failed(3, 'code 14')]) text.sent(event, progress);
  text.sendDone({
    topic: 'T',
    created: false,
    sent: 0,
    failed: 3,
    statuses: {},
    retried: 0,
    mayBeTwice: 0,
    elapsedMs: 1,
    perSecond: 0,
    latencyMs: null,
    queues: [],
  });
  expect(stderr.text.trimEnd().split('\n')).toEqual([
    'failed message 1 after 3 tries: connect ECONNREFUSED',
    'failed 2 more messages, up to message 3',
  ]);
});
