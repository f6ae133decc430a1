// Goal: the client needs nothing that only Node has, and does the same with what the web has. Method: its conversions
// against those of `Buffer`, and a `fetch` that is as strict as that of a browser.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { base64Of, bytesOfBase64, hexOf, textOf, utf8 } from '../../src/client/bytes.ts';
import { connect } from '../../src/client/client.ts';

const anyBytes = fc.uint8Array({ maxLength: 20_000, size: 'max' });

test('bytes become text, hexadecimal and base64 as those of `Buffer` do', () => {
  fc.assert(
    fc.property(anyBytes, (bytes) => {
      const buffer = Buffer.from(bytes);
      expect(textOf(bytes)).toBe(buffer.toString('utf8'));
      expect(hexOf(bytes)).toBe(buffer.toString('hex'));
      expect(base64Of(bytes)).toBe(buffer.toString('base64'));
      expect(bytesOfBase64(buffer.toString('base64'))).toEqual(Uint8Array.from(bytes));
    }),
    { numRuns: 50 },
  );
});

test.each(['\uFEFFmark', 'Ålice 😀', '\uD800', ''])(
  'the text %j becomes the bytes that it has for `Buffer`',
  (text) => {
    expect(utf8(text)).toEqual(Uint8Array.from(Buffer.from(text, 'utf8')));
    expect(textOf(utf8(text))).toBe(Buffer.from(text, 'utf8').toString('utf8'));
  },
);

test('the transport is not called as a method of another object', async () => {
  const objects: unknown[] = [];
  function strictFetch(this: unknown): Promise<Response> {
    objects.push(this);
    return Promise.resolve(
      Response.json(
        { name: 'alice', owner: 'me', claimedAt: 1 },
        { status: 201, headers: { 'ordinal-position': '1' } },
      ),
    );
  }
  const ordinal = connect('http://127.0.0.1', { transport: strictFetch });
  expect(await ordinal.names().claim('alice', 'me')).toMatchObject({ kind: 'claimed' });
  expect(objects).toEqual([undefined]);
});
