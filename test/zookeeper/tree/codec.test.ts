// Goal: one command has one record and one state one snapshot, and nothing else is taken for either. Method: fast-check: random values
// there and back, then arbitrary and damaged bytes, which are refused or come to a value with the same bytes.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BinaryWriter, DecodeError, NewerFormatError } from '../../../src/encoding/binary.ts';
import { BLOB_BYTES_MAX } from '../../../src/limits.ts';
import { writeSession } from '../../../src/protocols/zookeeper/tree/session-codec.ts';
import type { TreeState } from '../../../src/protocols/zookeeper/tree/state.ts';
import { znodeTree } from '../../../src/protocols/zookeeper/tree/tree.ts';
import type { Znode } from '../../../src/protocols/zookeeper/tree/znode.ts';
import { ZnodeWriter } from '../../../src/protocols/zookeeper/tree/znode-codec.ts';
import { acl, bytes, Conversation, create } from './conversation.ts';
import { Model } from './model.ts';
import { conversation, said } from './tree-commands.ts';

const state: fc.Arbitrary<TreeState> = conversation.map((commands) => {
  const tree = znodeTree.empty();
  const model = new Model();
  for (const [index, { say, timeMs }] of commands.entries()) {
    const at = { position: index + 1, timeMs };
    const command = say(model);
    model.run(at, command);
    znodeTree.apply(tree, at, command);
  }
  return tree;
});

function encoded(tree: TreeState): Buffer {
  return Buffer.concat([...znodeTree.encodeState(tree)]);
}

function refusedOrTheSame(input: Buffer): void {
  let decoded: TreeState;
  try {
    decoded = znodeTree.decodeState([input]);
  } catch (error) {
    expect(error).toBeInstanceOf(DecodeError);
    return;
  }
  expect(encoded(decoded).equals(input)).toBe(true);
}

function commandRefusedOrTheSame(input: Uint8Array): void {
  let decoded: ReturnType<typeof znodeTree.decodeCommand>;
  try {
    decoded = znodeTree.decodeCommand(input);
  } catch (error) {
    expect(error).toBeInstanceOf(DecodeError);
    return;
  }
  expect(znodeTree.encodeCommand(decoded)).toEqual(input);
}

describe('commands', () => {
  // Lone surrogates have no UTF-8: no client can send one.
  const command = said.map((say) => say(new Model()));
  const wellFormed = command.filter((one) => JSON.stringify(one, spelled).isWellFormed());

  test('there and back', () => {
    fc.assert(
      fc.property(wellFormed, (one) => {
        expect(znodeTree.decodeCommand(znodeTree.encodeCommand(one))).toEqual(one);
      }),
      { numRuns: 2000 },
    );
  });

  test('any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(8), (input, kind) => {
        commandRefusedOrTheSame(input);
        commandRefusedOrTheSame(Uint8Array.of(1, kind, ...input));
      }),
      { numRuns: 3000 },
    );
  });

  test('damaged bytes', () => {
    fc.assert(
      fc.property(command, fc.nat(), fc.nat(255), fc.nat(3), (one, at, byte, cut) => {
        const record = znodeTree.encodeCommand(one);
        const damaged = record.slice(0, record.length - cut);
        damaged[at % record.length] = byte;
        commandRefusedOrTheSame(damaged);
      }),
      { numRuns: 3000 },
    );
  });

  test('a command of a later program is told from rubbish', () => {
    expect(() => znodeTree.decodeCommand(Uint8Array.of(2, 0))).toThrow(NewerFormatError);
    expect(() => znodeTree.decodeCommand(Uint8Array.of(1, 7))).toThrow(DecodeError);
  });

  test('what a create says beside its flags has one spelling', () => {
    const holder = { session: 1n, attachedAt: 1 };
    const write = { kind: 'write', holder, number: 1, identities: [], operations: [create('/a')] } as const;
    const record = znodeTree.encodeCommand(write);
    const decode = (last: number) => znodeTree.decodeCommand(record.with(-1, last));
    expect(decode(0)).toEqual(write);
    expect(decode(2)).toMatchObject({ operations: [{ isContainer: false }] });
    expect(decode(6)).toMatchObject({ operations: [{ isContainer: true }] });
    for (const last of [4, 8, 10, 255]) expect(() => decode(last)).toThrow(DecodeError);
  });

  test('an error that does not exist is refused', () => {
    const holder = { session: 1n, attachedAt: 1 };
    const record = (error: number) =>
      znodeTree.encodeCommand({
        kind: 'write',
        holder,
        number: 1,
        identities: [],
        operations: [{ kind: 'refuse', error: error as -8 }],
      });
    expect(znodeTree.decodeCommand(record(-8))).toMatchObject({ operations: [{ error: -8 }] });
    expect(() => znodeTree.decodeCommand(record(-9))).toThrow(DecodeError);
  });

  test('what no replica could read is not written', () => {
    for (const session of [0n, -1n, -(2n ** 63n)]) {
      const holder = { session, attachedAt: 1 };
      expect(() => znodeTree.encodeCommand({ kind: 'close-session', holder, number: 1 })).toThrow(RangeError);
      expect(() => znodeTree.encodeCommand({ kind: 'renew-sessions', holders: [holder] })).toThrow(
        RangeError,
      );
    }
  });
});

function spelled(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

describe('snapshots', () => {
  test('there and back, to the same bytes', () => {
    fc.assert(
      fc.property(state, (tree) => {
        const input = encoded(tree);
        expect(encoded(znodeTree.decodeState([input])).equals(input)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  test('any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (input) => {
        refusedOrTheSame(Buffer.from(input));
        refusedOrTheSame(Buffer.concat([encoded(znodeTree.empty()), input]));
      }),
      { numRuns: 1500 },
    );
  });

  test('damaged bytes', () => {
    fc.assert(
      fc.property(state, fc.nat(), fc.nat(255), fc.nat(3), (tree, at, byte, cut) => {
        const input = encoded(tree);
        const damaged = Buffer.from(input.subarray(0, input.length - cut));
        damaged[at % input.length] = byte;
        refusedOrTheSame(damaged);
      }),
      { numRuns: 300 },
    );
  });

  /** The items of a snapshot: its header, sessions and znodes. */
  function itemsOf(tree: TreeState, znodesOfIt: Iterable<Znode> = tree.frozenNodes()): Uint8Array[] {
    const sessions = [...tree.sessions.values()].map((session) => {
      const writer = new BinaryWriter().byte(1);
      writeSession(writer, session);
      return writer.finish();
    });
    const znodes = new ZnodeWriter();
    const nodes = [...znodesOfIt].map((node) => {
      const writer = new BinaryWriter().byte(2);
      znodes.write(writer, node);
      return writer.finish();
    });
    return [Uint8Array.of(0, 1), ...sessions, ...nodes];
  }

  function framed(items: readonly Uint8Array[]): Buffer {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(items.reduce((sum, item) => sum + item.length, 0));
    return Buffer.concat([length, ...items]);
  }

  test('items in another order, left out or repeated are refused', () => {
    const talk = new Conversation();
    const holder = talk.open(1n);
    talk.open(2n);
    talk.write(
      holder,
      [create('/a', { acl: acl(31, 'digest', 'u:x') }), create('/a/b'), create('/e', { flags: 1 })],
      [{ scheme: 'super', id: '' }],
    );
    const items = itemsOf(talk.state);
    expect(items).toHaveLength(10);
    expect(framed(items).equals(encoded(talk.state))).toBe(true);
    for (const [index, item] of items.entries()) {
      const rest = items.toSpliced(index, 1);
      for (let to = 0; to <= rest.length; to += 1) {
        if (to !== index) expect(() => decode(rest.toSpliced(to, 0, item))).toThrow(DecodeError);
      }
      expect(() => decode(items.toSpliced(index, 0, item))).toThrow(DecodeError);
    }
    // A state that could be: without the session 2, /a/b or /e.
    const optional = [2, 5, 6];
    for (const index of items.keys()) {
      const decodeRest = () => decode(items.toSpliced(index, 1));
      if (optional.includes(index)) decodeRest();
      else expect(decodeRest).toThrow(DecodeError);
    }

    function decode(some: Uint8Array[]): TreeState {
      return znodeTree.decodeState([framed(some)]);
    }
  });

  test.each([
    ['a path without a parent', '/a/b'],
    ['a path that ends with a slash', '/a/'],
    ['a path with an element that is none', '/..'],
    ['a path with a character that is refused', '/\x7f'],
    ['a path that is not absolute', 'a'],
  ])('%s is refused', (_, path) => {
    const tree = znodeTree.empty();
    const like = tree.get('/zookeeper/quota');
    if (!like) throw new Error('no znode');
    const nodesWith = (one: string) =>
      [...tree.frozenNodes(), { ...like, path: one }].sort((a, b) => (a.path < b.path ? -1 : 1));
    const decode = (one: string) => znodeTree.decodeState([framed(itemsOf(tree, nodesWith(one)))]);
    expect(decode('/a').nodeCount).toBe(5);
    expect(() => decode(path)).toThrow(DecodeError);
  });

  test('a list that is written twice, or a number of more than 32 bits, is refused', () => {
    const tree = znodeTree.empty();
    const [first, ...rest] = tree.frozenNodes();
    if (!first) throw new Error('no znode');
    // The last znode is one more, which has what the first one has.
    const nodesWith = (change: Partial<Znode>) => [first, ...rest, { ...first, path: '/~', ...change }];
    const decode = (change: Partial<Znode>) =>
      znodeTree.decodeState([framed(itemsOf(tree, nodesWith(change)))]);
    expect(decode({ version: 2 ** 31 - 1, aversion: -(2 ** 31) }).nodeCount).toBe(5);
    expect(() => decode({ acl: { ...first.acl, key: 'another' } })).toThrow(DecodeError);
    expect(() => decode({ version: 2 ** 31 })).toThrow(DecodeError);
    expect(() => decode({ aversion: -(2 ** 31) - 1 })).toThrow(DecodeError);
    expect(() => decode({ childrenCreated: 2 ** 40 })).toThrow(DecodeError);
  });

  test('frames with other bounds are refused', () => {
    const talk = new Conversation();
    const holder = talk.open(1n);
    const data = new Uint8Array(10_000);
    talk.write(
      holder,
      ['/a', '/b', '/c', '/d', '/e'].map((path) => create(path, { data })),
    );
    const items = itemsOf(talk.state);
    expect(items).toHaveLength(11);
    // The header, the session, the root, and so on to /d, which is the first item behind 32 KB.
    expect(
      Buffer.concat([framed(items.slice(0, 7)), framed(items.slice(7))]).equals(encoded(talk.state)),
    ).toBe(true);
    for (let end = 0; end <= items.length; end += 1) {
      const two = [framed(items.slice(0, end)), framed(items.slice(end))];
      const decode = () => znodeTree.decodeState([Buffer.concat(two)]);
      if (end === 7) decode();
      else expect(decode).toThrow(DecodeError);
    }
    expect(() => znodeTree.decodeState([framed(items)])).toThrow(DecodeError);
  });

  test('a state is as many chunks as it needs, and an item may be larger than a chunk', () => {
    const talk = new Conversation();
    const holder = talk.open(1n);
    const large = new Uint8Array(BLOB_BYTES_MAX * 2 + 12_345).fill(65);
    talk.write(holder, [create('/large', { data: large }), create('/next', { data: bytes('x') })]);
    for (let index = 0; index < 3000; index += 1) {
      talk.write(holder, [create('/large/', { flags: 2, data: new Uint8Array(300) })]);
    }
    const chunks = [...znodeTree.encodeState(talk.state)];
    expect(chunks.slice(0, -1).every(({ length }) => length === BLOB_BYTES_MAX)).toBe(true);
    expect(chunks.length).toBeGreaterThan(4);
    const revived = znodeTree.decodeState(chunks);
    expect(encoded(revived).equals(Buffer.concat(chunks))).toBe(true);
    expect(() => znodeTree.decodeState(chunks.slice(0, -1))).toThrow(DecodeError);
  });

  test('chunks may be cut anywhere', () => {
    const talk = new Conversation();
    const holder = talk.open(1n);
    talk.write(holder, [
      create('/a', { data: bytes('abc') }),
      create('/b', { acl: acl(1, 'world', 'anyone') }),
    ]);
    const whole = encoded(talk.state);
    for (let size = 1; size < whole.length; size += 1) {
      const chunks: Buffer[] = [];
      for (let at = 0; at < whole.length; at += size) chunks.push(whole.subarray(at, at + size));
      expect(encoded(znodeTree.decodeState(chunks)).equals(whole)).toBe(true);
    }
  });

  test('a snapshot of a later program is refused', () => {
    const all = encoded(znodeTree.empty());
    all[5] = 2;
    expect(() => znodeTree.decodeState([all])).toThrow('snapshot format 2');
  });
});
