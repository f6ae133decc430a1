// Text in, bytes out, for tests that would rather read words.

import { textOf, utf8 } from '../../src/encoding/binary.ts';
import type { ReadResult } from '../../src/log/results.ts';

export function records(...texts: string[]): Uint8Array[] {
  return texts.map((text) => utf8(text));
}

export function textsIn(result: ReadResult): string[] {
  if (result.kind !== 'records') throw new Error(`read: ${JSON.stringify(result)}`);
  return result.records.map((record) => textOf(record.data));
}

export function positionsIn(result: ReadResult): number[] {
  if (result.kind !== 'records') throw new Error(`read: ${JSON.stringify(result)}`);
  return result.records.map((record) => record.position);
}
