// Goal: the load generator counts an answer when it is whole, and never takes a failure for one. Method:
// answers as the servers send them, cut at every byte.

import { expect, test } from 'vitest';
import { jetStreamPublish } from '../../bench/peers/nats-wire.ts';
import { postgresClaim } from '../../bench/peers/postgres-wire.ts';
import type { Wire } from '../../bench/peers/wire.ts';

function postgresMessage(type: string, content: string): string {
  const length = Buffer.alloc(4);
  length.writeInt32BE(4 + content.length);
  return `${type}${length.toString('latin1')}${content}`;
}

const ready = postgresMessage('Z', 'I');
const inserted = `${postgresMessage('2', '')}${postgresMessage('C', 'INSERT 0 1\0')}${ready}`;
const acknowledged = 'MSG _INBOX.load.0 1 27\r\n{"stream":"LOAD", "seq":17}\r\n';

const ANSWERS: readonly (readonly [string, Wire, string])[] = [
  ['a row inserted', postgresClaim(), inserted],
  ['a notice before the answer', postgresClaim(), `${postgresMessage('N', 'Mready\0\0')}${inserted}`],
  ['a message stored', jetStreamPublish(), acknowledged],
  ['the server asks in between', jetStreamPublish(), `PING\r\n${acknowledged}`],
  ['the first words of a server', jetStreamPublish(), 'INFO {"server_id":"MSG"}\r\nPONG\r\n'],
];

test.each(ANSWERS)('%s: an answer is counted when it is whole', (_what, wire, answer) => {
  const bytes = Buffer.from(`${answer}${answer}`, 'latin1');
  for (let length = 0; length <= bytes.length; length += 1) {
    const expected = length < answer.length ? 0 : answer.length;
    expect(wire.answerLength(bytes.subarray(0, length))).toBe(expected);
  }
});

test.each([
  [
    'PostgreSQL',
    postgresClaim(),
    `${postgresMessage('E', 'SERROR\0Mno such table\0\0')}${ready}`,
    'no such table',
  ],
  ['NATS', jetStreamPublish(), "-ERR 'Authorization Violation'\r\n", 'Authorization'],
  [
    'JetStream',
    jetStreamPublish(),
    'MSG _INBOX.load.0 1 42\r\n{"error":{"code":503,"description":"full"}}\r\n',
    'full',
  ],
])('%s: a failure is none', (_server, wire, answer, reason) => {
  expect(() => wire.answerLength(Buffer.from(answer, 'latin1'))).toThrow(reason);
});
