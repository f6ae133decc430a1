// JSON mode of streams: an array is one record per element, anything else is one record. The text of each
// record is kept as it was sent; to parse and print it again would change numbers that JavaScript cannot
// hold.

import type { Rejected } from '../api/common.ts';
import { DecodeError, textOf, utf8 } from '../encoding/binary.ts';
import { elementsOf } from '../json-text.ts';

export function jsonRecords(body: Uint8Array): readonly Uint8Array[] | Rejected {
  try {
    const text = textOf(body);
    return Array.isArray(JSON.parse(text)) ? elementsOf(text).map(utf8) : [utf8(text.trim())];
  } catch (error) {
    if (error instanceof DecodeError) return malformed('the body is not UTF-8');
    if (error instanceof SyntaxError) return malformed('the body is not JSON');
    throw error;
  }
}

function malformed(message: string): Rejected {
  return { kind: 'rejected', code: 'malformed-request', message };
}

const [OPEN, COMMA, CLOSE] = [utf8('['), utf8(','), utf8(']')];

/** The parts of one JSON array with the given records as its elements. */
export function jsonArrayParts(records: readonly Uint8Array[]): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (const record of records) parts.push(parts.length === 0 ? OPEN : COMMA, record);
  return parts.length === 0 ? [OPEN, CLOSE] : [...parts, CLOSE];
}
