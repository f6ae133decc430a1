// JSON mode of streams: an array is one record per element, anything else is one record. The text of each record is kept as it was
// sent; to parse and print it again would change numbers that JavaScript cannot hold.

import { utf8 } from '../../encoding/binary.ts';
import { decodeText, parseJson } from './body.ts';

/** @throws RequestProblem when the body is not JSON. */
export function jsonRecords(body: Uint8Array): Uint8Array[] {
  const text = decodeText(body);
  const value = parseJson(text);
  return Array.isArray(value) ? elementsOf(text).map(utf8) : [utf8(text.trim())];
}

/** One JSON array with the given records as its elements. */
export function jsonArray(records: readonly Uint8Array[]): Uint8Array {
  const parts: Uint8Array[] = [utf8('[')];
  for (const [index, record] of records.entries()) {
    if (index > 0) parts.push(utf8(','));
    parts.push(record);
  }
  return Buffer.concat([...parts, utf8(']')]);
}

/** The source texts of the elements of an array that is known to be valid JSON. */
function elementsOf(text: string): string[] {
  const elements: string[] = [];
  const inner = text.slice(text.indexOf('[') + 1, text.lastIndexOf(']'));
  let depth = 0;
  let from = 0;
  for (let index = 0; index < inner.length; index += 1) {
    const character = inner[index];
    if (character === '"') index = endOfString(inner, index);
    else if (character === '[' || character === '{') depth += 1;
    else if (character === ']' || character === '}') depth -= 1;
    else if (character === ',' && depth === 0) {
      elements.push(inner.slice(from, index).trim());
      from = index + 1;
    }
  }
  const last = inner.slice(from).trim();
  return last === '' ? elements : [...elements, last];
}

function endOfString(text: string, start: number): number {
  let index = start + 1;
  while (text[index] !== '"') index += text[index] === '\\' ? 2 : 1;
  return index;
}
