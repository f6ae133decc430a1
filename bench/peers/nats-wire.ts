// NATS JetStream: a message published to a stream, with the server's word that it is stored.

import { RECORD_TEXT, type Wire } from './wire.ts';

const SUBJECT = 'load';
const STREAM = { name: 'LOAD', subjects: [SUBJECT], storage: 'file', retention: 'limits', num_replicas: 1 };

function published(subject: string, inbox: string, payload: string): string {
  return `PUB ${subject} ${inbox} ${Buffer.byteLength(payload)}\r\n${payload}\r\n`;
}

function inboxOf(client: number): string {
  return `_INBOX.load.${client}`;
}

const MESSAGE = /^MSG \S+ \S+ (?:\S+ )?(\d+)$/;

/**
 * Lines up to a message, or to the answer of the first ping. The server's own word about itself comes before,
 * and its pings between.
 */
function answerLength(received: Buffer): number {
  let at = 0;
  for (;;) {
    const lineEnd = received.indexOf('\r\n', at);
    if (lineEnd < 0) return 0;
    const line = received.toString('latin1', at, lineEnd);
    at = lineEnd + 2;
    if (line.startsWith('-ERR')) throw new Error(line);
    if (line === 'PONG') return at;
    const payloadBytes = MESSAGE.exec(line)?.[1];
    if (payloadBytes === undefined) continue;
    const end = at + Number(payloadBytes) + 2;
    if (received.length < end) return 0;
    const payload = received.toString('utf8', at, end);
    if (payload.includes('"error":')) throw new Error(payload);
    return end;
  }
}

export function jetStreamPublish(): Wire {
  const connect = Buffer.from('CONNECT {"verbose":false,"pedantic":false}\r\nPING\r\n');
  const create = (client: number) => {
    const inbox = inboxOf(client);
    const request = published(`$JS.API.STREAM.CREATE.${STREAM.name}`, inbox, JSON.stringify(STREAM));
    return Buffer.from(`SUB ${inbox} 1\r\n${request}`);
  };
  const requests: Buffer[] = [];
  return {
    prepare: (client) => [connect, create(client)],
    request: (client) => {
      requests[client] ??= Buffer.from(published(SUBJECT, inboxOf(client), RECORD_TEXT));
      return requests[client];
    },
    answers: 1,
    answerLength,
  };
}
