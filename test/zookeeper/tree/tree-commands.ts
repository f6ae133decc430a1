// Random commands for the tree, about few paths and sessions, so that they meet. What a command has to know of the state, such as
// the position at which a session was attached, it says as a distance from the truth.

import fc from 'fast-check';
import type { Acl, Identity } from '../../../src/protocols/zookeeper/tree/acl.ts';
import type {
  Command,
  Holder,
  InOrder,
  WriteOperation,
} from '../../../src/protocols/zookeeper/tree/command.ts';
import { ErrorCode } from '../../../src/protocols/zookeeper/tree/error-code.ts';
import { acl, bytes, LOCAL, OPEN, SUPER } from './conversation.ts';
import type { Model } from './model.ts';

const session = fc.constantFrom(1n, 2n, 3n, 2n ** 63n - 1n);
const password = fc.constantFrom(bytes('one'), bytes('two'), bytes('\xff'));

const usual = fc.constantFrom('/a', '/a/b', '/a/b/c', '/a-', '/a-/x', '/a.b', '/b', '/b/ä', '/zookeeper/x');
const path = fc.oneof(
  { weight: 9, arbitrary: usual },
  {
    weight: 3,
    arbitrary: fc.constantFrom('/a/', '/', '/b/n-', '/zookeeper', '/zookeeper/config', '/zookeeper/quota'),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '',
      'a',
      '/a//b',
      '//',
      '/a/.',
      '/a/..',
      '/a/...',
      '/a\0',
      '/\x7f',
      '/\ud83d\ude00',
    ),
  },
);

const USER: Identity = { scheme: 'digest', id: 'u:x' };
const OTHER: Identity = { scheme: 'digest', id: 'v:y' };

const lists: readonly (Acl | null)[] = [
  null,
  [],
  acl(31, 'auth', ''),
  [...acl(31, 'digest', 'u:x'), ...acl(1, 'world', 'anyone')],
  [...acl(31, 'auth', 'ignored'), ...acl(31, 'digest', 'u:x'), ...acl(31, 'digest', 'u:x')],
  acl(31, 'digest', 'nobody'),
  acl(27, 'world', 'anyone'),
  acl(15, 'world', 'anyone'),
  acl(31, 'world', 'somebody'),
  acl(31, 'ip', '127.0.0.1'),
  acl(31, 'ip', '127.0.0.0/7'),
  acl(31, 'ip', '10.0.0.0/8'),
  acl(31, 'ip', '::1'),
  acl(31, 'x509', 'CN=me'),
  acl(0, 'world', 'anyone'),
];
const list = fc.oneof(
  { weight: 6, arbitrary: fc.constant(OPEN) },
  { weight: 4, arbitrary: fc.constantFrom(...lists) },
);

const who = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Identity[]>([LOCAL]) },
  {
    weight: 4,
    arbitrary: fc.constantFrom<Identity[]>([LOCAL, USER], [LOCAL, USER, OTHER], [OTHER], []),
  },
  { weight: 2, arbitrary: fc.constant<Identity[]>([LOCAL, SUPER]) },
);

const data = fc.constantFrom(null, bytes(''), bytes('x'), bytes('xyz'), new Uint8Array([0, 255]));
const version = fc.oneof(
  { weight: 5, arbitrary: fc.constant(-1) },
  { weight: 4, arbitrary: fc.integer({ min: -2, max: 3 }) },
);
const flags = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(0, 0, 1, 2, 3, 4) },
  { weight: 1, arbitrary: fc.integer({ min: -1, max: 7 }) },
);

const creation: fc.Arbitrary<WriteOperation> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('create'), path, data, acl: list, flags }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('create'),
      path,
      data,
      acl: list,
      flags: fc.constantFrom(5, 6, 0),
      ttlMs: fc.constantFrom(1, 500, 0, -1, 2 ** 40 - 1, 2 ** 40),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('create'),
      path,
      data,
      acl: list,
      flags,
      isContainer: fc.boolean(),
    }),
  },
);

const operation: fc.Arbitrary<WriteOperation> = fc.oneof(
  { weight: 8, arbitrary: creation },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('delete'), path, version }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('set-data'), path, version, data }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('set-acl'), path, version, acl: list }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('check'), path, version }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('refuse'),
      error: fc.constantFrom(ErrorCode.unimplemented, ErrorCode.badArguments),
    }),
  },
);

const operations = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(operation) },
  { weight: 3, arbitrary: fc.array(operation, { maxLength: 6 }) },
);

/** Mostly 0: the truth. */
const off = fc.oneof(
  { weight: 8, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.constantFrom(-1, 1) },
);

/** A command, once the state is known. */
export type Said = (model: Model) => Command;

function holder(model: Model, id: bigint, by: number): Holder {
  return { session: id, attachedAt: Math.max(0, (model.sessions.get(id)?.attachedAt ?? 1) + by) };
}

function inOrder(model: Model, { id, by, skips }: From): InOrder {
  const number = Math.max(0, (model.sessions.get(id)?.writes ?? 0) + 1 + skips);
  return { holder: holder(model, id, by), number };
}

interface From {
  readonly id: bigint;
  readonly by: number;
  readonly skips: number;
}

const holderOff = fc.record({ id: session, by: off });
const from: fc.Arbitrary<From> = fc.record({ id: session, by: off, skips: off });

export const said: fc.Arbitrary<Said> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({ source: from, who, operations }).map(
      ({ source, who: identities, operations: all }): Said =>
        (model) => ({
          kind: 'write',
          ...inOrder(model, source),
          identities,
          operations: all,
        }),
    ),
  },
  {
    weight: 4,
    arbitrary: fc.record({ session, password, timeoutMs: fc.nat(9000) }).map(
      (one): Said =>
        () => ({ kind: 'create-session', ...one }),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.record({ session, password, timeoutMs: fc.nat(9000) }).map(
      (one): Said =>
        () => ({ kind: 'attach-session', ...one }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.array(holderOff, { maxLength: 3 }).map(
      (all): Said =>
        (model) => ({ kind: 'renew-sessions', holders: all.map(({ id, by }) => holder(model, id, by)) }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.array(holderOff, { maxLength: 2 }).map(
      (all): Said =>
        (model) => ({
          kind: 'expire-sessions',
          sessions: all.map(({ id, by }) => ({
            session: id,
            renewedAt: Math.max(0, (model.sessions.get(id)?.renewedAt ?? 1) + by),
          })),
        }),
    ),
  },
  {
    weight: 1,
    arbitrary: from.map(
      (source): Said =>
        (model) => ({ kind: 'close-session', ...inOrder(model, source) }),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.array(fc.record({ path: usual, m: off, p: off }), { maxLength: 4 }).map(
      (all): Said =>
        (model) => ({
          kind: 'delete-unused',
          nodes: all.map(({ path: at, m, p }) => {
            const stat = model.nodes.get(at)?.stat;
            return {
              path: at,
              mzxid: Math.max(0, (stat?.mzxid ?? 0) + m),
              pzxid: Math.max(0, (stat?.pzxid ?? 0) + p),
            };
          }),
        }),
    ),
  },
);

/** A row of commands, each with the time of its writer. */
export const conversation: fc.Arbitrary<{ readonly say: Said; readonly timeMs: number }[]> = fc
  .array(fc.record({ say: said, timeMs: fc.nat(100_000) }), { maxLength: 60, size: 'max' })
  .map((rest) => [
    // Mostly there is a session, so that writes are more than refusals.
    {
      say: () => ({ kind: 'create-session', session: 1n, password: bytes('one'), timeoutMs: 5000 }),
      timeMs: 1,
    },
    ...rest,
  ]);
