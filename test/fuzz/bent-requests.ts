// Requests that no sound client sends: those of the OpenAPI document, with parts replaced.

import fc from 'fast-check';
import { at, type Body, type Draft, fitting, METHODS } from './open-api.ts';

const segment = fc.oneof(
  fc.constantFrom(
    '',
    '.',
    '..',
    '%2e%2e',
    '%',
    '%zz',
    '%00',
    '%FF',
    '%C3%28',
    '%ED%A0%80',
    '%2F',
    '%25',
    '%2525',
  ),
  fc.constantFrom(
    '%0A',
    '%E2%80%A8',
    '%E2%80%AEx',
    '%EF%BB%BF',
    '*',
    ':name',
    '{.+}',
    'a;b=c',
    '\\',
    '__proto__',
  ),
  fc.constantFrom(
    'x'.repeat(300),
    'x'.repeat(2000),
    '%F0%9F%99%82'.repeat(90),
    '%01'.repeat(1000),
    'é',
    '\u202e',
  ),
  fc.string({ unit: 'binary' }).map((text) => encodeURIComponent(text)),
  fc.string(),
);
const queryPart = fc.oneof(
  fc.constantFrom(
    'offset=%',
    'offset=now&offset=-1',
    'offset=',
    'offset[]=1',
    `offset=${at(9e15)}`,
    'offset=-1%00',
  ),
  fc.constantFrom(
    'live=sse',
    'live=long-poll',
    'live=LONG-POLL',
    'live=sse&offset=now',
    'live=long-poll&offset=-1',
  ),
  fc.constantFrom('limit=0', 'limit=-1', 'limit=1e3', 'limit=1001', 'limit=%31', 'limit=1&limit=2', 'limit'),
  fc.constantFrom(
    'after=-1',
    'after=1.5',
    'after=9000000000000000',
    'after=9007199254740993',
    'after=٣',
    'after=+1',
  ),
  fc.constantFrom(
    'cursor=_',
    'cursor=AA==',
    'cursor=__8',
    'cursor=',
    `cursor=${'A'.repeat(5000)}`,
    'prefix=%00',
  ),
  fc.constantFrom(
    'consistency=LOCAL',
    'consistency=',
    `prefix=${'x'.repeat(3000)}`,
    'prefix=%ED%A0%80',
    'prefix=%C4%B0',
  ),
  fc.constantFrom('__proto__=1', 'constructor=1', 'toString', '=', '&&', '?', '#', '%', '+', 'x=%C3&y=%A9'),
  fc.string({ unit: 'binary' }).map((text) => encodeURIComponent(text)),
  fc.string(),
);
const headerText = fc.string({
  unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)),
});
const headerPart: fc.Arbitrary<readonly [string, string]> = fc.oneof(
  fc.tuple(
    fc.constant('content-type'),
    fc.constantFrom('', 'x', 'a/b, c/d', 'application/JSON ;a=b', 'text/é', '*/*'),
  ),
  fc.tuple(fc.constant('content-type'), fc.constant(`text/plain;${'x'.repeat(9000)}`)),
  fc.tuple(fc.constant('content-length'), fc.constantFrom('-1', 'x', '1', '99999999999', '1e99', '')),
  fc.tuple(
    fc.constant('if-match'),
    fc.constantFrom('*', 'W/"1"', `"${at(9e15)}"`, '""', '"', `"${at(1)}", "${at(2)}"`),
  ),
  fc.tuple(fc.constant('if-none-match'), fc.constantFrom('*', '"0:1"', '"0:2"', 'W/"0:1"', '"')),
  fc.tuple(fc.constant('stream-closed'), fc.constantFrom('TRUE', 'true', 'false', '1', '')),
  fc.tuple(fc.constant('idempotency-key'), fc.constantFrom('', 'a b', 'é', 'x'.repeat(129), '\u00ff')),
  fc.tuple(fc.constantFrom('producer-id', 'stream-seq', 'stream-ttl', 'stream-forked-from'), headerText),
  fc.tuple(
    fc.constant('stream-forked-from'),
    fc.constantFrom('/v1/stream/a', '/v1/stream/%', '/v1/stream/', 'a'),
  ),
  fc.tuple(
    fc.constantFrom('stream-fork-offset', 'stream-fork-sub-offset'),
    fc.constantFrom(at(1), '1', '-1', '01'),
  ),
  fc.tuple(
    fc.constantFrom('accept', 'range', 'host', 'x-http-method-override', 'x-unknown', 'authorization'),
    headerText,
  ),
);
const badBody: fc.Arbitrary<Body> = fc.oneof(
  fc.jsonValue().map((value) => JSON.stringify(value)),
  fc.jsonValue().map((value) => JSON.stringify({ owner: value })),
  fc.jsonValue().map((value) => JSON.stringify({ owner: 'ann', extra: value })),
  fc.uint8Array().map((bytes) => new Uint8Array(bytes)),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '{"owner":"a","owner":"b"}',
    '{"__proto__":{"owner":"x"}}',
    '{"owner":"\\ud800"}',
    '\ufeff{"owner":"a"}',
  ),
  fc.constantFrom(
    '{"owner":"\\u0000"}',
    '{"owner":""}',
    'null',
    '[',
    '[1,]',
    '1e999',
    '"',
    '\ufeff[1]',
    ' ',
    '\u00a01',
  ),
  fc.record({
    repeat: fc.constantFrom('[', 'x', ' ', '"', '1,', '{"a":', '\u0000', '\u{1f642}'),
    times: fc.constantFrom(1000, 66_000, 128 * 1024, 256 * 1024, 256 * 1024 + 1),
  }),
);

/** Each replaces a part of a request; unknown methods and parts come along with everything else. */
const bend: fc.Arbitrary<(draft: Draft) => Draft> = fc.oneof(
  named(fc.tuple(fc.nat(8), segment), (draft, [index, text]) => {
    const parts = draft.path.split('/');
    return { ...draft, path: parts.with(1 + (index % (parts.length - 1)), text).join('/') };
  }),
  named(segment, (draft, text) => ({ ...draft, path: `${draft.path}/${text}` })),
  named(queryPart, (draft, text) => ({ ...draft, query: `${draft.query}&${text}` })),
  named(headerPart, (draft, [name, value]) => ({
    ...draft,
    headers: [...draft.headers.filter(([other]) => other.toLowerCase() !== name), [name, value]],
  })),
  named(badBody, (draft, body) => ({ ...draft, body })),
  named(fc.constantFrom(...METHODS, 'propfind', 'X'), (draft, method) => ({
    ...draft,
    method: method.toUpperCase(),
  })),
);

function named<T>(values: fc.Arbitrary<T>, change: (draft: Draft, value: T) => Draft) {
  return values.map((value) => (draft: Draft) => change(draft, value));
}

/** One to three parts of a request that fits are replaced. */
export const bent = fc
  .tuple(fitting, fc.array(bend, { minLength: 1, maxLength: 3, size: 'max' }))
  .map(([draft, bends]) => bends.reduce((before, change) => change(before), draft));
