// Goal: sessions belong to one connection, live while they are renewed, and take their ephemeral znodes with them. Unused znodes are
// found. Method: each rule by itself.

import { describe, expect, test } from 'vitest';
import { ephemeralsOf, getChildren } from '../../../src/protocols/zookeeper/tree/read.ts';
import { sessionOf, sessionsOf } from '../../../src/protocols/zookeeper/tree/sessions.ts';
import { znodeTree } from '../../../src/protocols/zookeeper/tree/tree.ts';
import { unusedNodes } from '../../../src/protocols/zookeeper/tree/unused.ts';
import { acl, Conversation, create, PASSWORD, SUPER } from './conversation.ts';

const attach = (session: bigint, password = PASSWORD) =>
  ({ kind: 'attach-session', session, password, timeoutMs: 9000 }) as const;

describe('a session', () => {
  test('has an id of its own', () => {
    const talk = new Conversation();
    talk.open(5n);
    const again = {
      kind: 'create-session',
      session: 5n,
      password: new Uint8Array(16),
      timeoutMs: 1,
    } as const;
    expect(talk.run(again)).toEqual({ result: { kind: 'session-taken' }, changes: [] });
    expect(talk.run(attach(5n)).result).toEqual({ kind: 'session', timeoutMs: 9000 });
  });

  test('is attached with its password only, and not when it has ended', () => {
    const talk = new Conversation();
    const holder = talk.open(5n);
    for (const wrong of [new Uint8Array(16), PASSWORD.subarray(1), new Uint8Array(0)]) {
      expect(talk.run(attach(5n, wrong))).toEqual({ result: { kind: 'session-expired' }, changes: [] });
    }
    expect(sessionOf(talk.state, 5n)?.attachedAt).toBe(1);
    talk.close(holder);
    expect(talk.run(attach(5n)).result.kind).toBe('session-expired');
    expect(sessionOf(talk.state, 5n)).toBeUndefined();
  });

  test('that is attached moves: what the earlier connection sends does nothing', () => {
    const talk = new Conversation();
    const earlier = talk.open(5n);
    const moved = talk.run(attach(5n));
    expect(moved).toEqual({
      result: { kind: 'session', timeoutMs: 9000 },
      changes: [{ kind: 'session-attached', session: 5n, attachedAt: 2 }],
    });
    const before = talk.spelt();
    expect(talk.write(earlier, [create('/a')])).toEqual({ result: { kind: 'session-moved' }, changes: [] });
    expect(talk.close(earlier).result.kind).toBe('session-moved');
    talk.run({ kind: 'renew-sessions', holders: [earlier] });
    expect(talk.spelt()).toBe(before);
    expect(talk.write({ session: 5n, attachedAt: 2 }, [create('/a')]).result.kind).toBe('written');
  });

  test('does what its connection sends in order: behind what was lost nothing happens', () => {
    const talk = new Conversation();
    const holder = talk.open(5n);
    const write = (number: number, path: string) =>
      talk.run({ kind: 'write', holder, number, identities: [], operations: [create(path)] }).result.kind;
    expect(write(1, '/a')).toBe('written');
    expect(write(2, '/a')).toBe('refused');
    const before = talk.spelt();
    for (const number of [4, 2, 0]) expect(write(number, '/b')).toBe('out-of-order');
    expect(talk.run({ kind: 'close-session', holder, number: 4 })).toEqual({
      result: { kind: 'out-of-order' },
      changes: [],
    });
    expect(talk.spelt()).toBe(before);
    expect(write(3, '/b')).toBe('written');
    talk.run(attach(5n));
    const attached = { session: 5n, attachedAt: talk.position };
    expect(talk.run({ kind: 'close-session', holder: attached, number: 4 }).result.kind).toBe('out-of-order');
    expect(talk.run({ kind: 'close-session', holder: attached, number: 1 }).result.kind).toBe('done');
  });

  test('is renewed by what its connection sends, whatever comes of it', () => {
    const talk = new Conversation();
    const holder = talk.open(5n);
    talk.timeMs = 7000;
    talk.write(holder, [create('nowhere')]);
    const view = { session: 5n, timeoutMs: 4000, attachedAt: 1 };
    expect(sessionOf(talk.state, 5n)).toEqual({ ...view, renewedAt: 2, renewedAtMs: 7000 });
    talk.timeMs = 6000;
    talk.run({ kind: 'renew-sessions', holders: [{ session: 9n, attachedAt: 1 }, holder] });
    expect([...sessionsOf(talk.state)]).toEqual([{ ...view, renewedAt: 3, renewedAtMs: 6000 }]);
  });

  test('expires by the renewal that was seen, and not when there was a later one', () => {
    const talk = new Conversation();
    const holder = talk.open(5n);
    talk.run({ kind: 'renew-sessions', holders: [holder] });
    const expire = (renewedAt: number) =>
      talk.run({ kind: 'expire-sessions', sessions: [{ session: 5n, renewedAt }] });
    expect(expire(1)).toEqual({ result: { kind: 'done' }, changes: [] });
    expect(expire(2).changes).toEqual([{ kind: 'session-ended', session: 5n, expired: true }]);
    expect(expire(2).changes).toEqual([]);
    expect(talk.write(holder, []).result.kind).toBe('session-expired');
    talk.open(5n);
    expect(talk.write(holder, []).result.kind).toBe('session-moved');
  });
});

describe('ephemeral znodes', () => {
  test('go with their session, at one position, in the order of their paths', () => {
    const talk = new Conversation();
    const holder = talk.open(1n);
    const other = talk.open(2n);
    const list = acl(1, 'world', 'anyone');
    talk.write(holder, [create('/p'), create('/p/z', { flags: 1 }), create('/p/c', { flags: 1, acl: list })]);
    talk.write(other, [create('/p/other', { flags: 1 })]);
    talk.write(holder, [create('/a', { flags: 1 })]);
    expect(ephemeralsOf(talk.state, 1n, null)).toEqual(['/a', '/p/c', '/p/z']);
    const { changes } = talk.close(holder);
    expect(changes).toEqual([
      { kind: 'deleted', path: '/a', acl: create('').acl },
      { kind: 'children-changed', path: '/', acl: create('').acl },
      { kind: 'deleted', path: '/p/c', acl: list },
      { kind: 'children-changed', path: '/p', acl: create('').acl },
      { kind: 'deleted', path: '/p/z', acl: create('').acl },
      { kind: 'children-changed', path: '/p', acl: create('').acl },
      { kind: 'session-ended', session: 1n, expired: false },
    ]);
    const left = getChildren(talk.state, [], '/p');
    expect(left).toMatchObject({
      children: ['other'],
      stat: { pzxid: talk.position, cversion: 5, mzxid: 3 },
    });
  });

  test('are listed by what their paths begin with, as ZooKeeper trims it', () => {
    const talk = new Conversation();
    const holder = talk.open(1n);
    talk.write(holder, [create('/a', { flags: 1 }), create('/ab', { flags: 1 }), create('/b', { flags: 1 })]);
    for (const prefix of [null, '', '/', ' ', ' / ', '\t/\0']) {
      expect(ephemeralsOf(talk.state, 1n, prefix)).toEqual(['/a', '/ab', '/b']);
    }
    expect(ephemeralsOf(talk.state, 1n, '/a')).toEqual(['/a', '/ab']);
    expect(ephemeralsOf(talk.state, 1n, ' /a')).toEqual([]);
    expect(ephemeralsOf(talk.state, 2n, '/')).toEqual([]);
  });

  test('10,000 of one session go in one command', () => {
    const talk = new Conversation();
    const holder = talk.open(1n);
    talk.write(holder, [create('/p')]);
    for (let index = 0; index < 100; index += 1) {
      talk.write(
        holder,
        Array.from({ length: 100 }, () => create('/p/', { flags: 3 })),
      );
    }
    expect(getChildren(talk.state, [], '/p')).toMatchObject({ stat: { numChildren: 10_000 } });
    expect(talk.close(holder).changes).toHaveLength(20_001);
    expect(getChildren(talk.state, [], '/p')).toMatchObject({ children: [], stat: { cversion: 20_000 } });
    expect(talk.state.bytes).toBe(znodeTree.decodeState(znodeTree.encodeState(talk.state)).bytes);
  });
});

describe('unused znodes', () => {
  function prepared(): Conversation {
    const talk = new Conversation();
    const holder = talk.open(1n);
    talk.write(holder, [
      create('/new', { flags: 4 }),
      create('/used', { flags: 4 }),
      create('/used/child'),
      create('/empty', { flags: 4 }),
      create('/empty/child'),
      { kind: 'delete', path: '/empty/child', version: -1 },
      create('/ttl', { flags: 5, ttlMs: 500 }),
      create('/busy', { flags: 5, ttlMs: 500 }),
      create('/busy/child'),
      create('/kept'),
    ]);
    return talk;
  }

  test('are containers that had a child, and TTL znodes that rest longer than their time', () => {
    const { state } = prepared();
    expect(unusedNodes(state, 1500, 9)).toEqual([{ path: '/empty', mzxid: 2, pzxid: 2 }]);
    expect(unusedNodes(state, 1501, 9).map(({ path }) => path)).toEqual(['/empty', '/ttl']);
    expect(unusedNodes(state, 1501, 1)).toHaveLength(1);
    const revived = znodeTree.decodeState(znodeTree.encodeState(state));
    expect(unusedNodes(revived, 1501, 9)).toHaveLength(2);
  });

  test('are deleted as they were seen, and no others', () => {
    const talk = prepared();
    const seen = (path: string, mzxid = 2, pzxid = 2) => ({ path, mzxid, pzxid });
    const nodes = [
      seen('/empty', 1),
      seen('/empty', 2, 1),
      seen('/used'),
      seen('/kept'),
      seen('/missing', 0, 0),
      seen('/', 0, 2),
      seen('/zookeeper', 0, 0),
    ];
    expect(talk.run({ kind: 'delete-unused', nodes })).toEqual({ result: { kind: 'done' }, changes: [] });
    const due = { kind: 'delete-unused', nodes: [seen('/empty'), seen('/ttl'), seen('/empty')] } as const;
    expect(talk.run(due).changes.map((one) => ('path' in one ? `${one.kind} ${one.path}` : ''))).toEqual([
      'deleted /empty',
      'children-changed /',
      'deleted /ttl',
      'children-changed /',
    ]);
    expect(unusedNodes(talk.state, 1501, 9)).toEqual([]);
  });

  test('show no owner', () => {
    const { state } = prepared();
    expect(state.get('/ttl')?.lifetime).toEqual({ kind: 'ttl', ttlMs: 500 });
    expect(getChildren(state, [SUPER], '/ttl')).toMatchObject({ stat: { ephemeralOwner: 0n } });
    expect(getChildren(state, [SUPER], '/new')).toMatchObject({ stat: { ephemeralOwner: 0n } });
  });
});
