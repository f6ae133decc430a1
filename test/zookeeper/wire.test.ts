// Goal: messages are read as they were written, in whatever pieces they come, and any other bytes are refused before they cost memory.
// Method: fast-check, with an encoder that shares nothing with the product.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeConnect } from '../../src/protocols/zookeeper/wire/connect.ts';
import { FrameReader } from '../../src/protocols/zookeeper/wire/framing.ts';
import { JuteReader, MalformedError } from '../../src/protocols/zookeeper/wire/reader.ts';
import { decodeRequest } from '../../src/protocols/zookeeper/wire/request.ts';
import { JuteWriter } from '../../src/protocols/zookeeper/wire/writer.ts';
import { JuteReader as OtherReader, JuteWriter as OtherWriter } from '../support/zookeeper/jute.ts';
import { type Acl, type Request, requestBytes } from '../support/zookeeper/requests.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 40 });
const int = fc.integer();
const data = fc.option(fc.string({ unit: 'binary-ascii', maxLength: 60 }));
const acl: fc.Arbitrary<Acl> = fc.option(
  fc.array(fc.record({ permissions: int, scheme: text, id: text }), { maxLength: 4 }),
);
const type = fc.constantFrom(1, 15, 19, 21);
const creation = fc.record({
  op: fc.constant('create'),
  type,
  path: text,
  data,
  acl,
  flags: fc.oneof(fc.integer({ min: 0, max: 6 }), int),
  ttl: fc.integer({ min: -5, max: 2 ** 50 }),
}) as fc.Arbitrary<Request>;
const deletion = fc.record({ op: fc.constant('delete'), path: text, version: int }) as fc.Arbitrary<Request>;
const change = fc.record({
  op: fc.constant('set-data'),
  path: text,
  data,
  version: int,
}) as fc.Arbitrary<Request>;
const check = fc.record({ op: fc.constant('check'), path: text, version: int }) as fc.Arbitrary<Request>;
const look = fc.record({
  op: fc.constantFrom('exists', 'get-data', 'get-children', 'get-children-2'),
  path: text,
  watch: fc.boolean(),
}) as fc.Arbitrary<Request>;
const multi = fc.record({
  op: fc.constant('multi'),
  operations: fc.array(fc.oneof(creation, deletion, change, check), { maxLength: 5 }),
}) as fc.Arbitrary<Request>;
const lists = fc.record({
  op: fc.constant('set-watches'),
  relativeZxid: fc.integer({ min: -1, max: Number.MAX_SAFE_INTEGER }),
  data: fc.array(text),
  exist: fc.array(text),
  child: fc.array(text),
}) as fc.Arbitrary<Request>;
const request = fc.oneof(creation, deletion, change, look, multi, lists);

function decoded(bytes: Buffer) {
  const reader = new JuteReader(bytes);
  reader.int();
  return decodeRequest(reader.int(), reader);
}

/** What a request of the other encoder should be. */
function expected(one: Request): unknown {
  switch (one.op) {
    case 'create': {
      const { path, data: bytes, acl: entries, flags, ttl } = one;
      const fields = { kind: 'create', path, data: asBytes(bytes), acl: stored(entries), flags };
      return one.type === 21 ? { ...fields, ttlMs: ttl } : { ...fields, isContainer: one.type === 19 };
    }
    case 'set-data':
      return { kind: 'set-data', path: one.path, data: asBytes(one.data), version: one.version };
    case 'delete':
    case 'check':
      return { kind: one.op, path: one.path, version: one.version };
    default:
      return one;
  }
}

/** In a multi the flags say what is made, and not the type. */
function inMulti(one: Request): unknown {
  if (one.op !== 'create') return expected(one);
  const { ttlMs, isContainer: _, ...rest } = expected(one) as { ttlMs?: number; isContainer?: boolean };
  if (one.flags !== 5 && one.flags !== 6) return rest;
  return one.type === 21 ? { ...rest, ttlMs } : { kind: 'refuse', error: -5 };
}

function asBytes(bytes: string | null): Buffer | null {
  return bytes === null ? null : Buffer.from(bytes);
}

function stored(entries: Acl): unknown {
  return entries?.map(({ permissions, scheme, id }) => ({ permissions, identity: { scheme, id } })) ?? null;
}

describe('requests', () => {
  test('are what they were', () => {
    fc.assert(
      fc.property(request, (one) => {
        const found = decoded(requestBytes(1, one));
        if (found.kind === 'write') expect(found.operation).toEqual(expected(one));
        else if (found.kind === 'multi' && one.op === 'multi') {
          expect(found.operations).toEqual(one.operations.map(inMulti));
        } else if (found.kind === 'set-watches' && one.op === 'set-watches') {
          const { relativeZxid, data: ofData, exist, child } = one;
          const kept = { persistent: [], recursive: [] };
          expect(found.lists).toEqual({ relativeZxid, data: ofData, exist, child, ...kept });
        } else if ('watch' in one) {
          expect(found).toMatchObject({ path: one.path, watch: one.watch });
        } else expect.unreachable();
      }),
      { numRuns: 1000 },
    );
  });

  test('that are cut off are malformed, and what is behind one is no fault', () => {
    fc.assert(
      fc.property(request, fc.nat(), fc.uint8Array({ maxLength: 9 }), (one, cut, more) => {
        const bytes = requestBytes(1, one);
        expect(decoded(Buffer.concat([bytes, more])).kind).toBe(decoded(bytes).kind);
        const short = bytes.subarray(0, 8 + (cut % Math.max(1, bytes.length - 8)));
        if (short.length < bytes.length) expect(() => decoded(short)).toThrow(MalformedError);
      }),
      { numRuns: 1000 },
    );
  });

  test('any bytes are a request or malformed, and never any other error', () => {
    const types = fc.integer({ min: -12, max: 110 });
    fc.assert(
      fc.property(types, fc.uint8Array({ maxLength: 80 }), (one, body) => {
        try {
          decodeRequest(one, new JuteReader(Buffer.from(body)));
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedError);
        }
      }),
      { numRuns: 5000 },
    );
  });

  test('bytes that are not UTF-8 become U+FFFD, which no path may hold', () => {
    const bytes = new OtherWriter()
      .sized(Buffer.from([0x2f, 0xff]))
      .bool(false)
      .bytes();
    expect(decodeRequest(3, new JuteReader(bytes))).toEqual({
      kind: 'exists',
      path: '/\ufffd',
      watch: false,
    });
  });
});

describe('the first message', () => {
  test('is what it was, with and without its last field', () => {
    const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    const zxid = fc.integer({ min: -1, max: Number.MAX_SAFE_INTEGER });
    fc.assert(
      fc.property(zxid, int, long, fc.option(fc.boolean()), (lastZxidSeen, timeoutMs, session, readOnly) => {
        const writer = new OtherWriter().int(0).long(BigInt(lastZxidSeen)).int(timeoutMs).long(session);
        writer.sized(Buffer.alloc(16, 7));
        if (readOnly !== null) writer.bool(readOnly);
        const found = decodeConnect(writer.bytes());
        const fields = {
          protocolVersion: 0,
          lastZxidSeen,
          timeoutMs,
          session,
          password: Buffer.alloc(16, 7),
        };
        expect(found).toEqual({ ...fields, readOnly: readOnly ?? undefined });
      }),
    );
  });

  test('any bytes are one, or malformed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          decodeConnect(Buffer.from(bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedError);
        }
      }),
    );
  });
});

describe('frames', () => {
  test('come out as they went in, in whatever pieces', () => {
    const frames = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 12 });
    fc.assert(
      fc.property(frames, fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 }), (bodies, sizes) => {
        const bytes = Buffer.concat(
          bodies.map((body) => Buffer.concat([new OtherWriter().int(body.length).bytes(), body])),
        );
        const reader = new FrameReader();
        const found: Buffer[] = [];
        let [at, turn] = [0, 0];
        while (at < bytes.length) {
          const size = sizes[turn % sizes.length] ?? 1;
          turn += 1;
          reader.push(Buffer.from(bytes.subarray(at, at + size)));
          at += size;
          for (let frame = reader.next(); frame; frame = reader.next()) found.push(frame);
        }
        // At the end: a frame must not change while later ones come.
        expect(found.map((frame) => [...frame])).toEqual(bodies.map((body) => [...body]));
        expect(reader.available).toBe(0);
      }),
      { numRuns: 500 },
    );
  });

  test('a large one in tiny pieces is not copied over and over', () => {
    const reader = new FrameReader();
    const body = 0xfffff;
    reader.push(new OtherWriter().int(body).bytes());
    for (let at = 0; at < body; at += 1) {
      if (reader.next()) expect.unreachable();
      reader.push(Buffer.from([at & 0xff]));
    }
    const frame = reader.next();
    expect([frame?.length, frame?.[0], frame?.[0x1ff]]).toEqual([body, 0, 0xff]);
  });
});

describe('what is written', () => {
  test('is read by others as it was, also when the buffer had to grow', () => {
    const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    const number = fc.integer({ min: -1, max: Number.MAX_SAFE_INTEGER });
    const latin1 = fc.option(fc.uint8Array({ maxLength: 400 }));
    fc.assert(
      fc.property(int, long, number, text, latin1, fc.array(text), (a, b, c, d, e, f) => {
        const writer = new JuteWriter(1);
        const bytes = e === null ? null : Buffer.from(e);
        writer.int(a).long(b).number(c).text(d).bytes(bytes);
        writer.byteString(bytes?.toString('latin1') ?? null).flag(true);
        writer.items(f, (to, one) => to.text(one));
        const reader = new OtherReader(writer.finish());
        const read = [reader.int(), reader.long(), Number(reader.long()), reader.text()];
        expect(read).toEqual([a, b, c, d]);
        expect([reader.buffer(), reader.buffer()]).toEqual([bytes, bytes]);
        expect(reader.bool()).toBe(true);
        expect(reader.vector(() => reader.text())).toEqual(f);
      }),
      { numRuns: 500 },
    );
  });
});
