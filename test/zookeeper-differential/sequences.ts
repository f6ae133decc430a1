// Random sequences of what clients can send, about few znodes, so that the requests meet.

import fc from 'fast-check';
import type { Acl, Create, Request } from '../support/zookeeper/requests.ts';
import type { Sequence, Slot, Step } from '../support/zookeeper/steps.ts';

const weighted = <T>(...cases: readonly (readonly [number, fc.Arbitrary<T>])[]) =>
  fc.oneof(...cases.map(([weight, arbitrary]) => ({ weight, arbitrary })));
const bool = (percent: number) => fc.integer({ min: 1, max: 100 }).map((one) => one <= percent);

const PATHS = ['~', '~/a', '~/b', '~/a/x', '~/a/y', '~/b/x', '~/a/x/p', '~/a/x/p/q'];
const ODD_PATHS = ['', '/', 'a', '/zookeeper', '/zookeeper/config', '~/', '~/a/', '~//a', '~/a//x', '~/./a'];
const REFUSED = [
  '~/../a',
  '~/a\u0000',
  '~/a\u0001b',
  '~/\u007f',
  '~/\ud800',
  '~/\ue123',
  '~/\ufff0',
  '~/a/.',
  '~/a/..',
];
const UNUSUAL = ['~/\u00e4', '~/\u0020', '~/.a', '~/...', '~/\u2603', '~/a/0000000000'];

/** Mostly good ones. A change of what is not the sequence's own would show in others. */
const path = weighted(
  [40, fc.constantFrom(...PATHS)],
  [2, fc.constantFrom(...UNUSUAL)],
  [2, fc.constantFrom(...REFUSED)],
);
const pathToRead = weighted([12, path], [1, fc.constantFrom(...ODD_PATHS)]);
const pathToChange = weighted([12, path], [1, fc.constantFrom('', 'a', '~/', '~/a/', '~//a', '~/./a')]);
const data = weighted<string | null>(
  [8, fc.constantFrom('', 'x', 'two words', '\u00e4')],
  [1, fc.constant(null)],
  [1, fc.constant('long'.repeat(60))],
);
const version = weighted(
  [6, fc.constant(-1)],
  [4, fc.integer({ min: 0, max: 3 })],
  [1, fc.constantFrom(-2, 2 ** 31 - 1, -(2 ** 31))],
);

interface Identity {
  readonly scheme: string | null;
  readonly id: string | null;
}

const EVERYBODY = { permissions: 31, scheme: 'world', id: 'anyone' };
/** The digest of `bob:secret`, and of nobody. */
const DIGESTS = ['bob:fyVmFCwVbTJYrznoSu1koqYEYF0=', 'eve:3xaJPEKFBMtk2Sjm1Ns6ZWWUcgg=', 'bob', 'a:b:c', ''];
const IPS = [
  '127.0.0.1',
  '127.0.0.0/8',
  '127.0.0.1/32',
  '10.0.0.0/8',
  '0.0.0.0/0',
  '1.2.3',
  '127.0.0.1/33',
  '::1',
  'x',
];
const identity = weighted<Identity>(
  [6, fc.constant({ scheme: 'world', id: 'anyone' })],
  [2, fc.constantFrom('', 'ignored', null).map((id) => ({ scheme: 'auth', id }))],
  [3, fc.constantFrom(...DIGESTS).map((id) => ({ scheme: 'digest', id }))],
  [3, fc.constantFrom(...IPS).map((id) => ({ scheme: 'ip', id }))],
  [
    1,
    fc
      .constantFrom(
        ['world', 'somebody'],
        ['super', 'x'],
        ['sasl', 'x'],
        ['none', ''],
        ['', ''],
        ['x509', 'x'],
      )
      .map(([scheme = '', id = '']) => ({ scheme, id })),
  ],
);
const permissions = weighted(
  [5, fc.constant(31)],
  [4, fc.integer({ min: 0, max: 31 })],
  [1, fc.constantFrom(32, -1)],
);
const aclEntry = fc.tuple(permissions, identity).map(([sum, one]) => ({ permissions: sum, ...one }));
const acl: fc.Arbitrary<Acl> = weighted<Acl>(
  [14, fc.constant([EVERYBODY])],
  [3, fc.array(aclEntry, { minLength: 1, maxLength: 3 })],
  // The owner's own: others find the guard before them.
  [2, fc.constant([{ permissions: 31, scheme: 'auth', id: '' }])],
  [1, fc.constantFrom<Acl>(null, [])],
);

/** A sequential one beside the top would be numbered by what other sequences have done. */
const pathOfNew = pathToChange.filter((one) => one !== '~');
const NO_FLAGS = [5, 6, 7, -1, 100];
const createOf = (type: 1 | 15 | 19 | 21, flags: fc.Arbitrary<number>) =>
  fc.record({
    op: fc.constant('create' as const),
    type: fc.constant(type),
    path: pathOfNew,
    data,
    acl,
    flags,
  });
const plain = weighted(
  [6, fc.constantFrom(0, 0, 1)],
  [3, fc.constantFrom(2, 3)],
  [1, fc.constantFrom(...NO_FLAGS)],
);
/** A type with flags of another one ends the real server, where nothing else is wrong with the request. */
const create: fc.Arbitrary<Create> = weighted<Create>(
  [4, createOf(1, plain)],
  [4, createOf(15, plain)],
  [1, createOf(19, weighted([5, fc.constant(4)], [1, fc.constantFrom(...NO_FLAGS)]))],
  [1, withTtl(fc.constantFrom(5, 5, 6), [3_600_000, 3_600_000, 0, -1, 1, 2 ** 40 - 1, 2 ** 40])],
  [1, withTtl(fc.constantFrom(0, 1, 3, 4), [3_600_000, 0, 1])],
);

function withTtl(flags: fc.Arbitrary<number>, ttls: readonly number[]): fc.Arbitrary<Create> {
  return fc.tuple(createOf(21, flags), fc.constantFrom(...ttls)).map(([one, ttl]) => ({ ...one, ttl }));
}
const remove = fc.record({ op: fc.constant('delete' as const), path: pathToChange, version });
const setData = fc.record({ op: fc.constant('set-data' as const), path: pathToChange, data, version });
const check = fc.record({ op: fc.constant('check' as const), path: pathToRead, version });
/** Not of the top, which nobody could empty then. */
const setAcl = fc.record({
  op: fc.constant('set-acl' as const),
  path: pathToChange.filter((one) => one !== '~'),
  acl,
  version,
});

const watching = fc.record({
  op: fc.constantFrom(
    'exists' as const,
    'get-data' as const,
    'get-children' as const,
    'get-children-2' as const,
  ),
  path: pathToRead,
  watch: bool(50),
});
const ofPath = fc.record({
  op: fc.constantFrom('get-acl' as const, 'get-acl' as const, 'sync' as const, 'count-descendants' as const),
  path: pathToRead,
});
const ephemerals = fc.record({
  op: fc.constant('get-ephemerals' as const),
  path: fc.constantFrom('~', '~/a', '/', '', '~/a/x'),
});
const watchKind = weighted<Request>(
  [3, fc.record({ op: fc.constant('add-watch' as const), path, kind: fc.constantFrom(0, 1, 0, 1, 2, -1) })],
  [
    2,
    fc.record({
      op: fc.constantFrom('check-watches' as const, 'remove-watches' as const),
      path,
      kind: fc.integer({ min: 1, max: 3 }),
    }),
  ],
);
const operation = weighted<Request>([4, create], [3, remove], [3, setData], [2, check]);
const multi = fc.record({
  op: fc.constant('multi' as const),
  operations: weighted<Request[]>(
    [12, fc.array(operation, { minLength: 1, maxLength: 5 })],
    [1, fc.constant([])],
    [
      1,
      fc.array(weighted<Request>([3, operation], [1, watching], [1, setAcl]), { minLength: 1, maxLength: 3 }),
    ],
  ),
});
const readInMulti = fc.record({
  op: fc.constantFrom('get-data' as const, 'get-children' as const),
  path: pathToRead,
  watch: bool(20),
});
const multiRead = fc.record({
  op: fc.constant('multi-read' as const),
  operations: weighted<Request[]>(
    [8, fc.array(readInMulti, { maxLength: 4 })],
    [1, fc.array(weighted<Request>([2, readInMulti], [1, operation]), { maxLength: 3 })],
  ),
});
const paths = fc.array(path, { maxLength: 3 });
const setWatches = fc
  .record(
    {
      op: fc.constant('set-watches' as const),
      relativeZxid: fc.integer({ min: -1, max: 12 }),
      data: paths,
      exist: paths,
      child: paths,
      persistent: paths,
      recursive: paths,
    },
    { requiredKeys: ['op', 'relativeZxid', 'data', 'exist', 'child'] },
  )
  .map((one) =>
    'persistent' in one || 'recursive' in one ? { persistent: [], recursive: [], ...one } : one,
  );
const bodiless = fc.constantFrom<Request>({ op: 'ping' }, { op: 'who-am-i' });
const reconfig = fc.constantFrom<Request>(
  { op: 'reconfig', joining: 'server.1=x', leaving: null, members: null, config: -1 },
  { op: 'reconfig', joining: '', leaving: '', members: '', config: 7 },
);

const usual = weighted<Request>(
  [10, create],
  [6, remove],
  [7, setData],
  [3, setAcl],
  [8, watching],
  [4, ofPath],
  [1, ephemerals],
  [4, watchKind],
  [4, multi],
  [2, multiRead],
  [3, setWatches],
  [1, bodiless],
);
/** Bodies that end early or late, of no defined type, and what this kind of server does not do. */
const unusual = weighted<Request>(
  [
    4,
    fc.record({
      op: fc.constant('resized' as const),
      request: usual,
      by: fc.constantFrom(-1, -4, -8, -12, -100, 1, 4, 100),
    }),
  ],
  [1, reconfig],
  [
    1,
    fc.record({
      op: fc.constant('odd' as const),
      type: fc.constantFrom(1, 2, 3, 4, 5, 8, 14, 101),
      body: hex(),
    }),
  ],
);
const request = weighted([30, usual], [1, unusual]);
/** The connection may end with it, or its reply may overtake others. So it comes alone. */
const alone = weighted<Request>(
  [
    8,
    fc
      .constantFrom('bob:secret', 'ann:other', 'ann', '', 'a:b:c')
      .map((auth) => ({ op: 'auth' as const, scheme: 'digest', auth })),
  ],
  [
    1,
    fc
      .constantFrom(['ip', ''], ['world', 'anyone'], ['none', 'x'], ['super', 'x'], ['', ''])
      .map(([scheme = '', auth = '']) => ({ op: 'auth' as const, scheme, auth })),
  ],
  [3, fc.constant<Request>({ op: 'close-session' })],
  [1, fc.constantFrom('', 'x').map((token) => ({ op: 'sasl' as const, token }))],
  [1, fc.constantFrom(99, 1000, -12, 10).map((type) => ({ op: 'odd' as const, type, body: '' }))],
);

function hex() {
  return fc.uint8Array({ maxLength: 24 }).map((bytes) => Buffer.from(bytes).toString('hex'));
}

const slot = fc.constantFrom<Slot>(0, 0, 1, 1, 2);
const requests = weighted<readonly Request[]>(
  [5, fc.array(request, { minLength: 1, maxLength: 2 })],
  [3, fc.array(request, { minLength: 2, maxLength: 10 })],
  [2, alone.map((one) => [one])],
);
const connect: fc.Arbitrary<Step> = fc
  .record({
    slot,
    session: weighted<'new' | 'own' | Slot>([2, fc.constant('new')], [4, fc.constant('own')], [1, slot]),
    password: weighted<'right' | 'wrong'>([5, fc.constant('right')], [1, fc.constant('wrong')]),
    seen: fc.constantFrom('nothing' as const, 'last' as const),
    timeoutMs: fc.constantFrom(30_000, 1_000_000, 20_000),
    readOnly: fc.constantFrom(true, false, undefined),
  })
  .map((one) => ({ kind: 'connect', ...one, session: one.session === 'own' ? one.slot : one.session }));
/** Lengths that no message has. */
const bytes = fc
  .constantFrom('ffffffff', '80000000', '00100000', '7fffffff', '00ffffff00')
  .map((text) => text);

const step: fc.Arbitrary<Step> = weighted<Step>(
  [20, fc.record({ kind: fc.constant('requests' as const), slot, requests })],
  [3, connect],
  [1, fc.record({ kind: fc.constant('drop' as const), slot })],
);
const lastStep = weighted<Step | undefined>(
  [15, fc.constant(undefined)],
  [1, fc.record({ kind: fc.constant('bytes' as const), slot, hex: bytes })],
);

/** Without a few znodes to begin with, most requests would miss. */
const beginning: fc.Arbitrary<Sequence> = fc.subarray(PATHS.slice(1)).map((made) => {
  const requests = made.map(
    (one): Request => ({ op: 'create', type: 1, path: one, data: 'x', acl: [EVERYBODY], flags: 0 }),
  );
  return requests.length === 0 ? [] : [{ kind: 'requests', slot: 2, requests }];
});

export const sequence: fc.Arbitrary<Sequence> = fc
  .tuple(beginning, fc.array(step, { minLength: 1, maxLength: 12, size: 'max' }), lastStep)
  .map(([first, steps, last]) => [...first, ...steps, ...(last ? [last] : [])]);

const expire: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('expire' as const),
  slot,
  requests: fc.array(usual, { minLength: 1, maxLength: 4 }),
  connected: fc.boolean(),
});
const quickStep: fc.Arbitrary<Step> = fc.record({ kind: fc.constant('requests' as const), slot, requests });

/** Sequences in which sessions expire: few, because they take time. */
export const expiringSequence: fc.Arbitrary<Sequence> = fc
  .tuple(
    beginning,
    fc.array(quickStep, { minLength: 0, maxLength: 4, size: 'max' }),
    expire,
    fc.array(weighted<Step>([4, quickStep], [1, connect]), { minLength: 1, maxLength: 4, size: 'max' }),
  )
  .map(([first, before, end, after]) => [...first, ...before, end, ...after]);
