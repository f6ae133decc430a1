// Goal: an operation that is wrong in several ways is refused for the reason that ZooKeeper looks at first.
// Method: a table for each operation, whose rows are wrong in one way, or in one way and a later one. What is refused
// leaves the tree as a write without operations leaves it.

import { describe, expect, test } from 'vitest';
import type { Identity } from '../../../src/protocols/zookeeper/tree/acl.ts';
import type {
  CheckVersion,
  Create,
  Delete,
  SetAcl,
  SetData,
  WriteOperation,
} from '../../../src/protocols/zookeeper/tree/command.ts';
import { acl, Conversation, create, OPEN } from './conversation.ts';

const OWNER: Identity = { scheme: 'digest', id: 'owner:x' };

/** Everything that operations below are about. */
function prepared(): { talk: Conversation; holder: ReturnType<Conversation['open']> } {
  const talk = new Conversation();
  const holder = talk.open(1n);
  const closed = acl(31, 'digest', 'owner:x');
  const nodes = [
    create('/open'),
    create('/open/child'),
    create('/open/written'),
    setData('/open/written'),
    create('/open/parent'),
    create('/open/parent/child'),
    create('/open/ephemeral', { flags: 1 }),
    create('/open/closed-ephemeral', { flags: 1, acl: closed }),
    create('/closed', { acl: closed }),
    create('/closed/child', { acl: closed }),
    create('/closed/parent', { acl: closed }),
    create('/closed/parent/child', { acl: closed }),
  ];
  for (const node of nodes) expect(talk.errorOf(holder, node, [OWNER])).toBe(0);
  return { talk, holder };
}

function errorOf(operation: WriteOperation): number {
  const { talk, holder } = prepared();
  const error = talk.errorOf(holder, operation);
  if (error !== 0) {
    const idle = prepared();
    idle.talk.write(idle.holder, []);
    expect(talk.spelt()).toBe(idle.talk.spelt());
  }
  return error;
}

/** An operation that is wrong in these ways, and the codes in ZooKeeper's order. */
type Row<Operation> = readonly [because: string, operation: Operation, code: number];

const CREATE: readonly Row<Create>[] = [
  ['there is nothing wrong', create('/open/new'), 0],
  ['flags that do not exist', create('nowhere', { flags: 7, acl: null }), -8],
  ['flags below 0', create('/open/new', { flags: -1 }), -8],
  ['a time to live is missing, before the path', create('nowhere', { flags: 5, acl: null }), -8],
  ['a time to live of 0', create('/open/new', { flags: 5, ttlMs: 0 }), -8],
  ['a time to live below 0', create('/open/new', { flags: 6, ttlMs: -1 }), -8],
  ['a time to live that is too long', create('/open/new', { flags: 5, ttlMs: 2 ** 40 }), -8],
  ['the longest time to live', create('/open/new', { flags: 5, ttlMs: 2 ** 40 - 1 }), 0],
  ['a time to live without its flags', create('/open/new', { flags: 0, ttlMs: 1 }), -8],
  ['no slash, before the list', create('nowhere', { acl: null }), -8],
  ['a NUL, before the list', create('/open/\0', { acl: null }), -8],
  ['no list, before the parent', create('/missing/new', { acl: null }), -114],
  ['an empty list, before the parent', create('/missing/new', { acl: [] }), -114],
  [
    'an unknown scheme, before the permission',
    create('/closed/new', { acl: acl(31, 'kerberos', 'x') }),
    -114,
  ],
  ['no parent, before the path rules', create('/missing//new/'), -101],
  ['no parent', create('/missing/new'), -101],
  ['no permission, before the path rules', create('/closed/'), -102],
  ['no permission, before it exists', create('/closed/child'), -102],
  ['no permission, before the ephemeral parent', create('/open/closed-ephemeral/new'), -102],
  ['no permission', create('/closed/new'), -102],
  ['a slash at the end', create('/open/'), -8],
  ['an empty element below the root', create('//'), -8],
  ['a point', create('/open/.'), -8],
  ['a character that is refused, before the ephemeral parent', create('/open/ephemeral/\x01'), -8],
  ['it exists', create('/open/child'), -110],
  ['the root exists', create('/'), -110],
  ['an ephemeral parent', create('/open/ephemeral/new'), -108],
  ['a slash at the end, and a number behind it', create('/open/', { flags: 2 }), 0],
  ['a number behind the root', create('/', { flags: 2 }), 0],
];

const remove = (path: string, version = -1): Delete => ({ kind: 'delete', path, version });

const DELETE: readonly Row<Delete>[] = [
  ['there is nothing wrong', remove('/open/child'), 0],
  ['the version that is there', remove('/open/child', 0), 0],
  ['no slash', remove('open'), -8],
  ['the empty path', remove(''), -8],
  ['a NUL, before the parent', remove('/missing/\0'), -8],
  ['the root', remove('/'), -8],
  ['a system node, before its version and children', remove('/zookeeper', 9), -8],
  ['another system node', remove('/zookeeper/config'), -8],
  ['no parent', remove('/missing/child'), -101],
  ['no permission, before the node', remove('/closed/missing', 9), -102],
  ['no permission, before the version and children', remove('/closed/parent', 9), -102],
  ['no node, before the version', remove('/open/missing', 9), -101],
  ['a slash at the end is another node', remove('/open/'), -101],
  ['another version, before the children', remove('/open/parent', 9), -103],
  ['a version below -1', remove('/open/child', -2), -103],
  ['children', remove('/open/parent'), -111],
];

const setData = (path: string, version = -1): SetData => ({ kind: 'set-data', path, version, data: null });

const SET_DATA: readonly Row<SetData>[] = [
  ['there is nothing wrong', setData('/open/child'), 0],
  ['the version that is there', setData('/open/child', 0), 0],
  ['a path against the rules', setData('/missing/', 9), -8],
  ['the empty path', setData(''), -8],
  ['no node, before the version', setData('/missing', 9), -101],
  ['no permission, before the version', setData('/closed', 9), -102],
  ['the configuration', setData('/zookeeper/config'), -102],
  ['another version', setData('/open/child', 9), -103],
  ['a version below -1', setData('/open/child', -2), -103],
];

const setAcl = (path: string, version = -1, list: SetAcl['acl'] = OPEN): SetAcl => ({
  kind: 'set-acl',
  path,
  version,
  acl: list,
});

const SET_ACL: readonly Row<SetAcl>[] = [
  ['there is nothing wrong', setAcl('/open/child'), 0],
  ['the version that is there', setAcl('/open/child', 0), 0],
  ['a path against the rules, before the list', setAcl('/open/', -1, null), -8],
  ['no list, before the node', setAcl('/missing', 9, null), -114],
  ['no list, before the permission', setAcl('/closed', 9, []), -114],
  ['no node, before the version', setAcl('/missing', 9), -101],
  ['no permission, before the version', setAcl('/closed', 9), -102],
  ['another version', setAcl('/open/child', 9), -103],
  ['the version of the list, which is not that of the data', setAcl('/open/written', 0), 0],
  ['the version of the data, which is not that of the list', setAcl('/open/written', 1), -103],
];

const check = (path: string, version = -1): CheckVersion => ({ kind: 'check', path, version });

const CHECK: readonly Row<CheckVersion>[] = [
  ['there is nothing wrong', check('/open/child'), 0],
  ['the version that is there', check('/open/child', 0), 0],
  ['a path against the rules', check('/missing/', 9), -8],
  ['no node, before the version', check('/missing', 9), -101],
  ['no permission, before the version', check('/closed', 9), -102],
  ['another version', check('/open/child', 1), -103],
];

describe.each<[string, readonly Row<WriteOperation>[]]>([
  ['create', CREATE],
  ['delete', DELETE],
  ['set-data', SET_DATA],
  ['set-acl', SET_ACL],
  ['check', CHECK],
])('%s', (_, rows) => {
  test.each(rows)('%s', (_because, operation, code) => {
    expect(errorOf(operation)).toBe(code);
  });
});

describe('who must have which permission', () => {
  const needs = [
    ['create', create('/node/new'), 4],
    ['delete', remove('/node/child'), 8],
    ['set-data', setData('/node'), 2],
    ['set-acl', setAcl('/node'), 16],
    ['check', check('/node'), 1],
  ] as const;

  test.each(needs)('%s', (_, operation, permission) => {
    for (const permissions of [permission, 31 - permission]) {
      const talk = new Conversation();
      const holder = talk.open(1n);
      talk.errorOf(holder, create('/node'));
      talk.errorOf(holder, create('/node/child', { acl: acl(0, 'digest', 'owner:x') }));
      talk.errorOf(holder, setAcl('/node', -1, acl(permissions, 'world', 'anyone')));
      expect(talk.errorOf(holder, operation)).toBe(permissions === permission ? 0 : -102);
    }
  });
});

test('an operation that is refused by itself has the code that it says', () => {
  expect(errorOf({ kind: 'refuse', error: -6 })).toBe(-6);
});
