// Redis: XADD to one stream, and GET.

import { RECORD_TEXT, type Wire } from './wire.ts';

function command(...words: string[]): Buffer {
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

export function redisAppend(): Wire {
  return redisWire([], command('XADD', 'load', '*', 'record', RECORD_TEXT));
}

export function redisGet(): Wire {
  return redisWire([command('SET', 'looked-up', RECORD_TEXT)], command('GET', 'looked-up'));
}
