// The part of the API suite about requests with several faults: which of them is told. The table is in
// `docs/http.md`. Every two faults that one request can have are tried together.

import { expect, test } from 'vitest';
import { RECORD_BYTES_MAX } from '../../src/limits.ts';
import type { Answer, Tools } from './api-suite.ts';

const at = (position: number) => `0000000000000000_${String(position).padStart(16, '0')}`;

interface Fault {
  readonly what: string;
  readonly told: readonly [status: number, code: string | null];
  /** Where the request goes. Default: to a stream that is open. */
  readonly to?: 'none' | 'closed';
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A request that is carried out, and what can be wrong with it; what is told first comes first. */
interface Kind {
  readonly method: string;
  readonly good: Pick<Fault, 'query' | 'headers' | 'body'>;
  readonly faults: readonly Fault[];
}

const TOO_LARGE = `"${'x'.repeat(RECORD_BYTES_MAX)}"`;
const JSON_TYPE = { 'content-type': 'application/json' };

/** To the stream that `prepare` makes. */
const GOOD_APPEND = {
  headers: {
    ...JSON_TYPE,
    'if-match': `"${at(1)}"`,
    'ordinal-fencing-token': '5',
    'producer-id': 'p',
    'producer-epoch': '3',
    'producer-seq': '1',
    'stream-seq': 'n',
  },
  body: '[2]',
};

const APPEND: Kind = {
  method: 'POST',
  good: GOOD_APPEND,
  faults: [
    { what: 'a header that cannot be', told: [400, 'invalid-request'], headers: { 'if-match': '*' } },
    { what: 'no body', told: [400, 'invalid-request'], body: '' },
    { what: 'no stream', told: [404, 'stream-not-found'], to: 'none' },
    {
      what: 'a request that was carried out',
      told: [204, null],
      headers: { 'producer-epoch': '3', 'producer-seq': '0' },
    },
    { what: 'an epoch that is over', told: [403, 'producer-stale'], headers: { 'producer-epoch': '2' } },
    { what: 'a closed stream', told: [409, 'stream-closed'], to: 'closed' },
    { what: 'another type', told: [409, 'content-type-mismatch'], headers: { 'content-type': 'text/plain' } },
    { what: 'a body that is not JSON', told: [400, 'malformed-request'], body: '[' },
    { what: 'a body without records', told: [400, 'invalid-request'], body: '[]' },
    { what: 'a record too large', told: [413, 'too-large'], body: TOO_LARGE },
    { what: 'another end', told: [412, 'tail-mismatch'], headers: { 'if-match': `"${at(0)}"` } },
    { what: 'a missing request', told: [409, 'producer-gap'], headers: { 'producer-seq': '7' } },
    {
      what: 'a small fencing token',
      told: [409, 'stream-fenced'],
      headers: { 'ordinal-fencing-token': '4' },
    },
    { what: 'a small sequence text', told: [409, 'sequence-behind'], headers: { 'stream-seq': 'a' } },
  ],
};

const NO_TOKEN = { 'ordinal-fencing-token': '1' };

const KINDS: readonly Kind[] = [
  APPEND,
  {
    method: 'PUT',
    good: { headers: { ...JSON_TYPE, 'stream-ttl': '1000' }, body: '[1]' },
    faults: [
      { what: 'a header for appends', told: [400, 'not-supported'], headers: NO_TOKEN },
      { what: 'a header that cannot be', told: [400, 'invalid-request'], headers: { 'stream-ttl': '+1' } },
      { what: 'a type that is none', told: [400, 'invalid-request'], headers: { 'content-type': 'json' } },
      { what: 'a body that is not JSON', told: [400, 'malformed-request'], body: '[' },
      { what: 'a record too large', told: [413, 'too-large'], body: TOO_LARGE },
      { what: 'a stream that is there', told: [409, 'stream-exists'], to: 'closed' },
    ],
  },
  {
    method: 'GET',
    good: { query: `offset=${at(1)}` },
    faults: [
      { what: 'no such kind of read', told: [400, 'invalid-request'], query: 'live=maybe' },
      { what: 'no offset of this server', told: [400, 'invalid-request'], query: 'offset=1' },
      { what: 'no time', told: [400, 'invalid-request'], query: 'from-time=noon' },
      { what: 'no stream', told: [404, 'stream-not-found'], to: 'none' },
      { what: 'a trimmed offset', told: [410, 'offset-gone'], query: `offset=${at(0)}` },
      { what: 'an offset beyond the end', told: [416, 'offset-beyond-tail'], query: `offset=${at(9)}` },
    ],
  },
  {
    method: 'PATCH',
    good: { headers: JSON_TYPE, body: '{"before":2}' },
    faults: [
      { what: 'a header for appends', told: [400, 'not-supported'], headers: NO_TOKEN },
      { what: 'a body that is not JSON', told: [400, 'malformed-request'], body: '{' },
      { what: 'a position that is none', told: [400, 'invalid-request'], body: '{"before":0}' },
      { what: 'no stream', told: [404, 'stream-not-found'], to: 'none' },
    ],
  },
  {
    method: 'DELETE',
    good: {},
    faults: [
      { what: 'a header for appends', told: [400, 'not-supported'], headers: NO_TOKEN },
      { what: 'no stream', told: [404, 'stream-not-found'], to: 'none' },
    ],
  },
];

/** Two faults in one header, in the query or in the body cannot meet. */
function canMeet(one: Fault, other: Fault): boolean {
  for (const part of ['to', 'query', 'body'] as const)
    if (one[part] !== undefined && other[part] !== undefined) return false;
  return !Object.keys(one.headers ?? {}).some((name) => Object.hasOwn(other.headers ?? {}, name));
}

/** Each fault alone, and with each of those that are told after it. */
function meetings(faults: readonly Fault[]): (readonly Fault[])[] {
  return faults.flatMap((first, index) => {
    const others = faults.slice(index + 1).filter((second) => canMeet(first, second));
    return [[first], ...others.map((second) => [first, second])];
  });
}

/** @param takesLarge false where no request has more than a few megabytes */
export function orderSuite({ ask, fresh }: Pick<Tools, 'ask' | 'fresh'>, takesLarge: boolean): void {
  /** With one record that is left, written with all that a later request can be behind of. */
  async function prepare(isClosed: boolean): Promise<string> {
    const stream = `/v1/stream/${fresh('order')}`;
    await ask('PUT', stream, { headers: JSON_TYPE });
    const { headers } = GOOD_APPEND;
    const first = { ...headers, 'if-match': `"${at(0)}"`, 'producer-seq': '0', 'stream-seq': 'm' };
    expect((await ask('POST', stream, { headers: first, body: '1' })).status).toBe(200);
    const closing = { 'stream-closed': 'true', 'ordinal-fencing-token': '5' };
    if (isClosed) expect((await ask('POST', stream, { headers: closing })).status).toBe(204);
    return stream;
  }

  function expectTold(faults: readonly Fault[], { status, headers }: Answer): void {
    const what = faults.map((fault) => fault.what).join(', and ');
    const code = headers.get('ordinal-code');
    expect([what, status, code]).toEqual([what, ...(faults[0]?.told ?? [])]);
    if (code !== 'stream-closed') return;
    expect([headers.get('stream-closed'), headers.get('stream-next-offset')]).toEqual(['true', at(1)]);
  }

  test.each(KINDS)('of several faults, one is told: $method', async ({ method, good, faults }) => {
    const closed = await prepare(true);
    const none = `/v1/stream/${fresh('none')}`;
    // A creation is good where there is nothing.
    const streams = { open: method === 'PUT' ? none : await prepare(false), closed, none };
    if (method === 'GET') await ask('PATCH', streams.open, { headers: JSON_TYPE, body: '{"before":2}' });
    const send = (wrong: readonly Fault[]) => {
      const to = wrong.find((fault) => fault.to !== undefined)?.to ?? 'open';
      const headers = Object.assign({}, good.headers, ...wrong.map((fault) => fault.headers));
      const { body = good.body } = wrong.find((fault) => fault.body !== undefined) ?? {};
      const { query = good.query } = wrong.find((fault) => fault.query !== undefined) ?? {};
      const path = query === undefined ? streams[to] : `${streams[to]}?${query}`;
      return ask(method, path, { headers, ...(body === undefined ? {} : { body }) });
    };
    for (const wrong of meetings(faults)) {
      if (!takesLarge && wrong.some(({ body }) => body === TOO_LARGE)) continue;
      expectTold(wrong, await send(wrong));
    }
    // None of them has changed anything.
    if (method === 'POST') expect((await ask('GET', streams.open)).body).toEqual([1]);
    expect((await send([])).status).toBeLessThan(300);
    expect((await ask('GET', closed)).body).toEqual([1]);
  });
}
