// Sequences for what chance meets too rarely.

import type { Acl, Create, Request } from '../support/zookeeper/requests.ts';
import type { Sequence, Slot, Step } from '../support/zookeeper/steps.ts';

export interface Example {
  readonly name: string;
  readonly sequence: Sequence;
}

const EVERYBODY: Acl = [{ permissions: 31, scheme: 'world', id: 'anyone' }];
const MINE: Acl = [{ permissions: 31, scheme: 'auth', id: '' }];
const [PERSISTENT, EPHEMERAL, SEQUENTIAL, CONTAINER, TTL] = [0, 1, 2, 4, 5];
const [ADD_PERSISTENT, ADD_RECURSIVE] = [0, 1];

const create = (path: string, flags = PERSISTENT, acl = EVERYBODY): Create => ({
  op: 'create',
  type: 1,
  path,
  data: 'x',
  acl,
  flags,
});
const remove = (path: string): Request => ({ op: 'delete', path, version: -1 });
const set = (path: string, data: string | null, version = -1): Request => ({
  op: 'set-data',
  path,
  data,
  version,
});
const check = (path: string, version: number): Request => ({ op: 'check', path, version });
const get = (path: string, watch = false): Request => ({ op: 'get-data', path, watch });
const exists = (path: string, watch = false): Request => ({ op: 'exists', path, watch });
const children = (path: string, watch = false): Request => ({ op: 'get-children-2', path, watch });
const addWatch = (path: string, kind: number): Request => ({ op: 'add-watch', path, kind });
const multi = (...operations: Request[]): Request => ({ op: 'multi', operations });
const multiRead = (...operations: Request[]): Request => ({ op: 'multi-read', operations });
const lookForWatches = (...paths: string[]): Request[] =>
  paths.flatMap((path) => [1, 2, 3, 4].map((kind): Request => ({ op: 'check-watches', path, kind })));
const auth = (text: string): Step => asks(0, { op: 'auth', scheme: 'digest', auth: text });
const asks = (slot: Slot, ...requests: Request[]): Step => ({ kind: 'requests', slot, requests });
const connects = (slot: Slot, session: 'new' | Slot, seen: 'nothing' | 'last' | 'future' = 'last'): Step => ({
  kind: 'connect',
  slot,
  session,
  password: 'right',
  seen,
  timeoutMs: 30_000,
  readOnly: false,
});

const WRITES_AND_READS = Array.from({ length: 20 }, (_, version) => [
  set('~/a', String(version)),
  get('~/a'),
]);
const LARGE_MULTI = Array.from({ length: 500 }, (_, index) => create(`~/a/${index}`));
/** The most that a message may have, without what is around the data of a setData of `~/a`. */
const LARGEST_FRAME = 0xf_ffff;
const SET_DATA_BYTES = 4 + 4 + 4 + 4 + 4;

export const EXAMPLES: readonly Example[] = [
  {
    name: 'reads that are sent with writes see those before them',
    sequence: [asks(0, create('~/a'), ...WRITES_AND_READS.flat())],
  },
  {
    name: 'events come before the answers that show what they tell of',
    sequence: [
      asks(0, create('~/a'), get('~/a', true), children('~', true), exists('~/b', true)),
      asks(1, get('~/a', true), addWatch('~', ADD_RECURSIVE), addWatch('~/a', ADD_PERSISTENT)),
      asks(0, set('~/a', '1'), create('~/b'), remove('~/a'), get('~/a'), create('~/a'), children('~')),
      asks(1, get('~/a', true), set('~/a', '2'), set('~/a', '3'), remove('~/a')),
    ],
  },
  {
    name: 'a client that comes back sets its watches, and is told of what it missed',
    sequence: [
      asks(0, create('~/a'), create('~/b'), create('~/c'), create('~/c/x')),
      { kind: 'drop', slot: 0 },
      asks(1, set('~/a', 'new'), remove('~/b'), create('~/d'), create('~/c/y')),
      connects(0, 0),
      asks(0, {
        op: 'set-watches',
        relativeZxid: 0,
        data: ['~/a', '~/b', '~/c'],
        exist: ['~/d', '~/e'],
        child: ['~/c', '~/b', '~/a'],
      }),
      asks(1, set('~/c', 'new'), create('~/e'), remove('~/a'), create('~/c/z')),
    ],
  },
  {
    name: 'a session that another connection attaches',
    sequence: [
      asks(0, create('~/a', EPHEMERAL), get('~/a', true)),
      connects(1, 0),
      asks(1, get('~/a'), { op: 'get-ephemerals', path: '/' }),
      asks(0, { op: 'get-ephemerals', path: '/' }, set('~/a', 'other')),
      connects(2, 1),
      asks(2, { op: 'close-session' }),
      connects(1, 1),
      asks(0, exists('~/a')),
    ],
  },
  {
    name: 'what a client has seen, no server has',
    sequence: [asks(0, create('~/a')), connects(0, 0, 'future'), connects(0, 0), asks(0, get('~/a'))],
  },
  {
    name: 'sequence numbers count creations, in a multi and after deletions',
    sequence: [
      asks(0, create('~/s', SEQUENTIAL), create('~/s', SEQUENTIAL), remove('~/s0000000000')),
      asks(0, create('~/s', SEQUENTIAL), create('~/missing/s', SEQUENTIAL), create('~/', SEQUENTIAL)),
      asks(0, multi(create('~/s', SEQUENTIAL), create('~/s', SEQUENTIAL)), create('~/s', SEQUENTIAL)),
      asks(
        0,
        multi(create('~/s', SEQUENTIAL), check('~/none', -1)),
        create('~/s', SEQUENTIAL),
        children('~'),
      ),
    ],
  },
  {
    name: 'a multi sees its own changes, and leaves nothing when it fails',
    sequence: [
      asks(1, children('~', true), exists('~/a', true)),
      asks(
        0,
        multi(
          create('~/a'),
          create('~/a/b'),
          set('~/a', '1'),
          check('~/a', 1),
          remove('~/a/b'),
          remove('~/a'),
        ),
      ),
      asks(0, multi(create('~/a'), set('~/a', '1', 7), create('~/b')), children('~')),
      asks(0, multi(create('~/a', EPHEMERAL), create('~/a/b')), multi(), exists('~/a')),
    ],
  },
  {
    name: 'a multi of reads in which something is a write',
    sequence: [
      asks(
        0,
        create('~/a'),
        multiRead(get('~/a'), { op: 'get-children', path: '~', watch: false }, get('~/none')),
      ),
      asks(0, multiRead(get('~/a'), set('~/a', 'x')), multiRead(set('~/a', 'x')), multiRead()),
      asks(0, multiRead(set('~/a', 'x'), get('~/a')), multi(get('~/a')), multi(set('~/a', 'x'), get('~/a'))),
      asks(0, multiRead(remove('~/a'), create('~/b')), get('~/a')),
    ],
  },
  {
    name: 'watches are looked for',
    sequence: [
      asks(0, create('~/a'), create('~/a/b'), exists('~/a', true), addWatch('~', ADD_RECURSIVE)),
      ...[0, 1].map((slot) => asks(slot === 0 ? 0 : 1, ...lookForWatches('~', '~/a', '~/a/b', '~/c'))),
      asks(1, children('~/a', true), addWatch('~/a/b', ADD_PERSISTENT), addWatch('~/a', ADD_RECURSIVE)),
      ...[0, 1].map((slot) => asks(slot === 0 ? 0 : 1, ...lookForWatches('~', '~/a', '~/a/b', '~/c'))),
      asks(1, ...['~/a', '~/a/b', '~'].map((path): Request => ({ op: 'remove-watches', path, kind: 1 }))),
      asks(0, create('~/a/c'), set('~/a', 'x'), set('~/a/b', 'x'), {
        op: 'remove-watches',
        path: '~',
        kind: 3,
      }),
      ...[0, 1].map((slot) => asks(slot === 0 ? 0 : 1, ...lookForWatches('~', '~/a', '~/a/b', '~/c'))),
    ],
  },
  { name: 'a multi of many', sequence: [asks(0, create('~/a'), multi(...LARGE_MULTI), children('~/a'))] },
  {
    name: 'access control by digest',
    sequence: [
      auth('ann:secret'),
      asks(0, create('~/a', PERSISTENT, MINE), { op: 'get-acl', path: '~/a' }, get('~/a')),
      asks(1, get('~/a'), exists('~/a'), create('~/a/b'), set('~/a', 'x'), remove('~/a'), {
        op: 'get-acl',
        path: '~/a',
      }),
      asks(1, exists('~/a', true), { op: 'set-acl', path: '~/a', acl: EVERYBODY, version: -1 }),
      asks(0, set('~/a', 'unseen'), { op: 'set-acl', path: '~/a', acl: EVERYBODY, version: 1 }),
      asks(0, { op: 'set-acl', path: '~/a', acl: EVERYBODY, version: 0 }, { op: 'who-am-i' }),
      asks(1, get('~/a', true), { op: 'get-acl', path: '~/a' }),
      asks(0, set('~/a', 'seen')),
    ],
  },
  {
    name: 'the superuser passes every list, after it has shown who it is',
    sequence: [
      auth('ann:secret'),
      asks(0, create('~/mine', PERSISTENT, MINE), { op: 'get-acl', path: '~/mine' }),
      asks(1, set('~/mine', 'y'), get('/zookeeper/config')),
      asks(2, { op: 'auth', scheme: 'digest', auth: 'root:wrong' }),
      asks(2, get('~/mine')),
      asks(1, get('~/mine'), { op: 'who-am-i' }),
      asks(1, { op: 'auth', scheme: 'digest', auth: 'root:secret' }),
      asks(1, get('~/mine'), set('~/mine', 'y'), { op: 'who-am-i' }, { op: 'get-acl', path: '~/mine' }),
      asks(1, get('/zookeeper/config'), create('~/as-root', PERSISTENT, MINE)),
      asks(1, { op: 'get-acl', path: '~/as-root' }, remove('~/mine')),
    ],
  },
  {
    name: 'a session that expires takes its ephemerals along',
    sequence: [
      asks(0, create('~/a'), children('~/a', true), addWatch('~', ADD_RECURSIVE)),
      {
        kind: 'expire',
        slot: 1,
        connected: false,
        requests: [create('~/a/one', EPHEMERAL), get('~/a', true)],
      },
      asks(0, children('~/a')),
      connects(1, 1),
      { kind: 'expire', slot: 2, connected: true, requests: [create('~/a/two', EPHEMERAL)] },
      asks(0, children('~/a')),
    ],
  },
  {
    name: 'containers and znodes with a time to live',
    sequence: [
      asks(0, { ...create('~/c', CONTAINER), type: 19 }, { ...create('~/t', TTL), type: 21, ttl: 100 }),
      asks(0, get('~/c', true), get('~/t', true), children('~', true), create('~/c/x')),
      { kind: 'vanish', path: '~/t' },
      asks(0, children('~', true), remove('~/c/x')),
      { kind: 'vanish', path: '~/c' },
      asks(0, children('~'), get('~/c')),
    ],
  },
  {
    name: 'quotas are kept up to date',
    sequence: [
      asks(0, create('~/a'), create('/zookeeper/quota~'), create('/zookeeper/quota~/a')),
      asks(0, create('/zookeeper/quota~/a/zookeeper_limits'), get('/zookeeper/quota~/a/zookeeper_limits')),
      asks(0, create('~/a/b'), set('~/a/b', 'four'), children('/zookeeper/quota~/a')),
      asks(0, remove('/zookeeper/quota~/a/zookeeper_limits'), remove('/zookeeper/quota~/a')),
      asks(0, remove('/zookeeper/quota~')),
    ],
  },
  {
    name: 'the largest message, and one that is larger',
    sequence: [
      asks(0, create('~/a'), set('~/a', '§300000'), get('~/a'), set('~/a', '§524288'), get('~/a')),
      asks(0, set('~/a', `§${LARGEST_FRAME - SET_DATA_BYTES - 64}`), get('~/a'), set('~/a', 'small')),
      { kind: 'bytes', slot: 0, hex: '00100000' },
      asks(0, get('~/a')),
    ],
  },
  {
    name: 'lengths that no message has',
    sequence: ['ffffffff', '80000000', '7fffffff', '00100000'].flatMap((hex): Step[] => [
      { kind: 'bytes', slot: 0, hex },
      asks(0, exists('~')),
    ]),
  },
];
