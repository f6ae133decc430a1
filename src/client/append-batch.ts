// The body of a request that carries several appends, and the share that each has in its answer. Pure.
//
// Only appends to a JSON stream are joined: there an array is one record for each element. The body of any
// other append is one record.

import type { AppendResult } from '../api/streams.ts';
import { APPEND_BYTES_MAX, APPEND_RECORDS_MAX } from '../limits.ts';
import { utf8 } from './bytes.ts';

export const JSON_TYPE = 'application/json';

export interface PlainAppend {
  readonly body: string | Uint8Array;
  readonly contentType: string;
}

/** Appends that go as one request, in this order. */
export interface AppendBatch<A extends PlainAppend> {
  readonly appends: readonly A[];
  readonly contentType: string;
  readonly body: string | Uint8Array;
  /** How many records each append has, in the order of `appends`. Of one append alone it is not known. */
  readonly counts: readonly number[];
}

export function isJson(contentType: string): boolean {
  return contentType.split(';', 1)[0]?.trim().toLowerCase() === JSON_TYPE;
}

/**
 * The longest run of appends at the front that fits one request, and nothing without any. An append that
 * cannot be joined goes by itself: the server says what is wrong with it.
 */
export function frontBatch<A extends PlainAppend>(waiting: readonly A[]): AppendBatch<A> | undefined {
  const [first] = waiting;
  if (!first) return undefined;
  const { contentType, body } = first;
  const lone = { appends: [first], contentType, body, counts: [] };
  if (waiting.length === 1) return lone;
  const elements: Elements[] = [];
  // For the brackets; an element brings its comma.
  let bytes = 1;
  let records = 0;
  for (const append of waiting) {
    const next = append.contentType === contentType ? elementsOf(append) : undefined;
    if (!next) break;
    bytes += utf8(next.text).length + 1;
    records += next.count;
    if (elements.length > 0 && (bytes > APPEND_BYTES_MAX || records > APPEND_RECORDS_MAX)) break;
    elements.push(next);
  }
  if (elements.length < 2) return lone;
  return joined(waiting.slice(0, elements.length), contentType, elements);
}

/** The two halves of a batch of several appends, to find the one for whose sake all were refused. */
export function halves<A extends PlainAppend>({ appends }: AppendBatch<A>): (readonly A[])[] {
  const half = Math.ceil(appends.length / 2);
  return [appends.slice(0, half), appends.slice(half)];
}

/** What each append of the batch is told, in order. */
export function sharesOf(
  { appends, counts }: AppendBatch<PlainAppend>,
  result: AppendResult,
): readonly AppendResult[] {
  if (result.kind !== 'appended' || appends.length === 1) return appends.map(() => result);
  let next = result.first;
  const shares = counts.map((count) => {
    const first = next;
    next += count;
    return { ...result, first, last: next - 1 };
  });
  if (next - 1 !== result.last)
    throw new Error(
      `${next - result.first} records were sent, and ${result.last - result.first + 1} appended`,
    );
  return shares;
}

/** Records of a JSON stream, as text between the brackets of an array. */
interface Elements {
  readonly text: string;
  readonly count: number;
}

function joined<A extends PlainAppend>(
  appends: readonly A[],
  contentType: string,
  elements: readonly Elements[],
): AppendBatch<A> {
  const body = `[${elements.map(({ text }) => text).join(',')}]`;
  return { appends, contentType, body, counts: elements.map(({ count }) => count) };
}

/** As the server keeps what a text says, the text of numbers is not changed. */
function elementsOf({ body, contentType }: PlainAppend): Elements | undefined {
  if (!isJson(contentType)) return undefined;
  try {
    const text = typeof body === 'string' ? body : decoder.decode(body);
    const value: unknown = JSON.parse(text);
    if (!Array.isArray(value)) return { text, count: 1 };
    if (value.length === 0) return undefined;
    return { text: text.slice(text.indexOf('[') + 1, text.lastIndexOf(']')), count: value.length };
  } catch {
    return undefined;
  }
}

/** Throws where the bytes are no UTF-8. A byte order mark is a part of the text, and of no JSON. */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
