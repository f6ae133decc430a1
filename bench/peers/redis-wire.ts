// Redis: XADD to one stream, and GET.

import { MANY } from './http-wire.ts';
import { RECORD_TEXT, type Wire } from './wire.ts';

export function redisCommand(...words: string[]): Buffer {
  const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
  return Buffer.from(`*${words.length}\r\n${parts.join('')}`);
}

function answerLength(received: Buffer): number {
  const lineEnd = received.indexOf('\r\n');
  if (lineEnd < 0) return 0;
  const line = received.toString('latin1', 0, lineEnd);
  if (line.startsWith('-')) throw new Error(line);
  if (!line.startsWith('$')) return lineEnd + 2;
  const end = lineEnd + 2 + Number(line.slice(1)) + 2;
  return received.length >= end ? end : 0;
}

function redisWire(prepare: readonly Buffer[], request: Buffer): Wire {
  return { prepare: () => prepare, request: () => request, answers: 1, answerLength };
}

const APPEND = redisCommand('XADD', 'load', '*', 'record', RECORD_TEXT);

export function redisAppend(): Wire {
  return redisWire([], APPEND);
}

/** As many in one request as `ordinalAppendMany` has. */
export function redisAppendMany(): Wire {
  return { ...redisWire([], Buffer.concat(Array.from({ length: MANY }, () => APPEND))), answers: MANY };
}

export function redisGet(): Wire {
  return redisWire([redisCommand('SET', 'looked-up', RECORD_TEXT)], redisCommand('GET', 'looked-up'));
}
