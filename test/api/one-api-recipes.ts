// Leases, locks, elections, groups and sequences, as a program may rely on them whichever way it has come to
// its `Ordinal`.

import { describe, expect, test } from 'vitest';
import type { Namespace } from '../../src/api/ordinal.ts';
import { withLock } from '../../src/client/with-lock.ts';

const TTL_MS = 60_000;
/** Longer than any test takes. */
const LONG_MS = 600_000;
const position = expect.any(Number);
const invalid = { kind: 'rejected', code: 'invalid-request', message: expect.stringMatching(/./) };
const bytes = (text: string) => new Uint8Array(Buffer.from(text));

/** @param open a namespace in which nothing has happened */
export function recipesOfOneApi(open: () => Namespace): void {
  describe('leases', () => {
    test('grant, renew, look up, revoke', async () => {
      const { leases } = open();
      const granted = { lease: 'a/b ä', ttlMs: TTL_MS };
      expect(await leases.lookUp('a/b ä')).toEqual({ kind: 'not-found', position: 0 });
      expect(await leases.grant('a/b ä', TTL_MS)).toEqual({ kind: 'granted', position: 1, ...granted });
      expect(await leases.grant('a/b ä', 1000)).toEqual({ kind: 'exists', position: 2, ...granted });
      expect(await leases.renew(['a/b ä', 'other'])).toEqual({
        kind: 'renewed',
        position: 3,
        ttlsMs: [TTL_MS, undefined],
      });
      expect(await leases.lookUp('a/b ä')).toEqual({
        kind: 'lease',
        position,
        ...granted,
        leftMs: position,
        keys: 0,
      });
      expect(await leases.revoke('a/b ä')).toEqual({ kind: 'revoked', position: 4 });
      expect(await leases.revoke('a/b ä')).toEqual({ kind: 'not-found', position: 5 });
      expect(await leases.lookUp('a/b ä', { after: 1000 })).toEqual({ kind: 'behind', position: 5 });
    });

    test('what cannot be is rejected', async () => {
      const { leases } = open();
      for (const lease of ['', '.', '..', 'a\0', '\ud800', 'x'.repeat(129)]) {
        expect(await leases.grant(lease, TTL_MS), lease).toEqual(invalid);
        expect(await leases.renew([lease]), lease).toEqual(invalid);
        expect(await leases.revoke(lease), lease).toEqual(invalid);
        expect(await leases.lookUp(lease), lease).toEqual(invalid);
      }
      for (const ttlMs of [0, 1.5, -1, Number.NaN, 1e15])
        expect(await leases.grant('a', ttlMs)).toEqual(invalid);
      expect(await leases.renew([])).toEqual(invalid);
      expect(await leases.renew(new Array(1001).fill('a'))).toEqual(invalid);
    });
  });

  describe('locks', () => {
    test('acquire, try, release, look up', async () => {
      const { locks } = open();
      const ada = { lease: 'ada', token: 1 };
      expect(await locks.lookUp('l')).toEqual({ kind: 'lock', position: 0, holders: [], waiters: [] });
      expect(await locks.acquire('l', { lease: 'ada', ttlMs: TTL_MS })).toEqual({
        kind: 'acquired',
        position: 1,
        ...ada,
      });
      expect(await locks.acquire('l', { lease: 'ada' })).toEqual({ kind: 'acquired', position, ...ada });
      expect(await locks.acquire('l', { lease: 'bob', ttlMs: TTL_MS })).toEqual({
        kind: 'held',
        position,
        lease: 'bob',
        holder: ada,
        place: undefined,
      });
      expect(await locks.release('l', 'bob')).toEqual({ kind: 'not-held', position });
      expect(await locks.release('l', 'ada')).toEqual({ kind: 'released', position });
      expect(await locks.release('l', 'ada')).toEqual({ kind: 'not-held', position });
      const anew = await locks.acquire('l', { ttlMs: TTL_MS });
      expect(anew).toEqual({
        kind: 'acquired',
        position,
        lease: expect.stringMatching(/./),
        token: position,
      });
    });

    test('a wait that is over keeps its place, and one that is not ends with the lock', async () => {
      const { locks } = open();
      const ada = { lease: 'ada', token: 1 };
      await locks.acquire('l', { lease: 'ada', ttlMs: TTL_MS });
      const bob = { lease: 'bob', ttlMs: TTL_MS };
      expect(await locks.acquire('l', { ...bob, waitMs: 5 })).toEqual({
        kind: 'held',
        position,
        lease: 'bob',
        holder: ada,
        place: 1,
      });
      const waiters = [{ lease: 'bob', token: position }];
      expect(await locks.lookUp('l')).toEqual({ kind: 'lock', position, holders: [ada], waiters });
      const waiting = locks.acquire('l', { ...bob, waitMs: LONG_MS });
      await locks.release('l', 'ada');
      expect(await waiting).toEqual({ kind: 'acquired', position, ...waiters[0] });
    });

    test('a wait that is aborted says what there is', async () => {
      const { locks } = open();
      await locks.acquire('l', { lease: 'ada', ttlMs: TTL_MS });
      const end = new AbortController();
      const bob = { lease: 'bob', ttlMs: TTL_MS, waitMs: LONG_MS, signal: end.signal };
      const waiting = locks.acquire('l', bob);
      setTimeout(() => end.abort(), 20);
      expect(await waiting).toMatchObject({ kind: 'held', holder: { lease: 'ada' }, place: 1 });
      expect(await locks.acquire('l', bob)).toMatchObject({ kind: 'held', place: 1 });
    });

    test('leases that are not there, and other numbers of holders', async () => {
      const { locks, leases } = open();
      expect(await locks.acquire('l', { lease: 'none' })).toEqual({ kind: 'lease-not-found', position: 1 });
      const two = { ttlMs: TTL_MS, holders: 2 };
      expect(await locks.acquire('l', { lease: 'ada', ...two })).toMatchObject({ kind: 'acquired' });
      expect(await locks.acquire('l', { lease: 'bob', ...two })).toMatchObject({ kind: 'acquired' });
      expect(await locks.acquire('l', { lease: 'cid', ...two })).toMatchObject({
        kind: 'held',
        holder: { lease: 'ada' },
      });
      expect(await locks.acquire('l', { ttlMs: TTL_MS })).toEqual({ kind: 'holders-mismatch', position });
      const waiting = locks.acquire('l', { lease: 'cid', ...two, waitMs: LONG_MS });
      while ((await leases.revoke('cid')).kind === 'not-found');
      expect(await waiting).toEqual({ kind: 'lease-not-found', position });
    });

    test('what cannot be is rejected, and changes nothing', async () => {
      const { locks } = open();
      for (const name of ['', '.', '..', 'a\0', '\ud800', 'x'.repeat(257)]) {
        expect(await locks.acquire(name, { ttlMs: TTL_MS }), name).toEqual(invalid);
        expect(await locks.release(name, 'ada'), name).toEqual(invalid);
        expect(await locks.lookUp(name), name).toEqual(invalid);
      }
      const options = { ttlMs: TTL_MS };
      for (const waitMs of [-1, Number.NaN])
        expect(await locks.acquire('l', { ...options, waitMs })).toEqual(invalid);
      for (const holders of [0, 1001, 1.5])
        expect(await locks.acquire('l', { ...options, holders })).toEqual(invalid);
      expect(await locks.acquire('l', { ttlMs: 0 })).toEqual(invalid);
      expect(await locks.release('l', '')).toEqual(invalid);
      expect(await locks.lookUp('l')).toMatchObject({ position: 0 });
    });

    test('names are what they are', async () => {
      const { locks } = open();
      const names = ['a/b', 'ä b', '100%', '%2F', 'a?b#c', '...', '🙂', 'x'.repeat(256)];
      for (const name of names) {
        expect(await locks.acquire(name, { lease: name.slice(0, 100), ttlMs: TTL_MS })).toMatchObject({
          kind: 'acquired',
        });
        expect(await locks.lookUp(name)).toMatchObject({ holders: [{ lease: name.slice(0, 100) }] });
      }
      const listed = await locks.list();
      if (listed.kind !== 'page') throw new Error(listed.kind);
      expect(listed.locks.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
    });

    test('work under a lock', async () => {
      const namespace = open();
      const order: string[] = [];
      const work = (word: string) =>
        withLock(namespace, 'l', { ttlMs: TTL_MS }, async (token) => {
          order.push(`${word} begins`);
          await new Promise((resolve) => setTimeout(resolve, 5));
          order.push(`${word} ends`);
          return token;
        });
      const done = await Promise.all([work('one'), work('two'), work('three')]);
      expect(done.map(({ kind }) => kind)).toEqual(['done', 'done', 'done']);
      for (let index = 0; index < order.length; index += 2) {
        expect(order[index + 1]).toBe(order[index]?.replace('begins', 'ends'));
      }
      expect(await namespace.locks.lookUp('l')).toMatchObject({ holders: [], waiters: [] });
    });
  });

  describe('elections', () => {
    test('campaign, proclaim, look up, resign', async () => {
      const { elections } = open();
      const nobody = { kind: 'leader', leader: undefined, candidates: 0 };
      expect(await elections.lookUp('e')).toEqual({ ...nobody, position: 0 });
      const ada = { lease: 'ada', ttlMs: TTL_MS, value: 'here' };
      expect(await elections.campaign('e', ada)).toEqual({
        kind: 'elected',
        position: 1,
        lease: 'ada',
        term: 1,
      });
      const leader = { lease: 'ada', term: 1, value: bytes('here') };
      expect(await elections.campaign('e', { lease: 'bob', ttlMs: TTL_MS })).toEqual({
        kind: 'waiting',
        position,
        lease: 'bob',
        leader,
        place: 1,
      });
      expect(await elections.proclaim('e', 'bob', 'me')).toEqual({ kind: 'not-leader', position });
      const odd = Uint8Array.of(0, 255);
      expect(await elections.proclaim('e', 'ada', odd)).toEqual({ kind: 'proclaimed', position });
      expect(await elections.lookUp('e')).toEqual({
        kind: 'leader',
        position,
        leader: { ...leader, value: odd },
        candidates: 2,
      });
      const waiting = elections.campaign('e', { lease: 'bob', waitMs: LONG_MS });
      expect(await elections.resign('e', 'ada')).toEqual({ kind: 'resigned', position });
      expect(await waiting).toEqual({ kind: 'elected', position, lease: 'bob', term: position });
      expect(await elections.resign('e', 'ada')).toEqual({ kind: 'not-candidate', position });
      expect(await elections.campaign('e', { lease: 'none' })).toEqual({ kind: 'lease-not-found', position });
    });

    test('observe: the leader now, and after every change', async () => {
      const { elections, leases } = open();
      const end = new AbortController();
      const seen = elections.observe('e', end.signal)[Symbol.asyncIterator]();
      const next = async () => (await seen.next()).value;
      expect(await next()).toBeUndefined();
      await elections.campaign('e', { lease: 'ada', ttlMs: TTL_MS, value: '1' });
      expect(await next()).toEqual({ lease: 'ada', term: 1, value: bytes('1') });
      await elections.proclaim('e', 'ada', '2');
      expect(await next()).toEqual({ lease: 'ada', term: 1, value: bytes('2') });
      await leases.revoke('ada');
      expect(await next()).toBeUndefined();
      const last = seen.next();
      end.abort();
      expect(await last).toEqual({ done: true, value: undefined });
    });

    test('what cannot be is rejected', async () => {
      const { elections } = open();
      expect(await elections.campaign('', { ttlMs: TTL_MS })).toEqual(invalid);
      expect(await elections.campaign('e', { ttlMs: TTL_MS, waitMs: -1 })).toEqual(invalid);
      expect(await elections.proclaim('e', '', 'x')).toEqual(invalid);
      expect(await elections.resign('..', 'ada')).toEqual(invalid);
      const seen = elections.observe('')[Symbol.asyncIterator]();
      await expect(seen.next()).rejects.toMatchObject({ name: 'OrdinalError', code: 'invalid-request' });
    });
  });

  describe('groups', () => {
    test('join, change, leave', async () => {
      const { groups } = open();
      const join = (lease: string, metadata: string | Uint8Array = '') =>
        groups.join('g', 'a/b', { lease, ttlMs: TTL_MS, metadata });
      expect(await groups.members('g')).toEqual({ kind: 'members', position: 0, members: [], more: false });
      expect(await join('ada')).toEqual({ kind: 'joined', position: 1, lease: 'ada' });
      expect(await join('bob')).toEqual({ kind: 'name-taken', position });
      const metadata = Uint8Array.of(0, 255);
      expect(await join('ada', metadata)).toEqual({ kind: 'updated', position, lease: 'ada' });
      expect(await groups.members('g')).toEqual({
        kind: 'members',
        position,
        members: [{ name: 'a/b', lease: 'ada', metadata, joined: 1 }],
        more: false,
      });
      expect(await groups.leave('g', 'a/b', 'bob')).toEqual({ kind: 'not-member', position });
      expect(await groups.leave('g', 'a/b', 'ada')).toEqual({ kind: 'left', position });
      expect(await groups.join('g', 'm', { lease: 'none' })).toEqual({ kind: 'lease-not-found', position });
      expect(await groups.join('g', '..', { ttlMs: TTL_MS })).toEqual(invalid);
    });

    test('observe: the members now, and after every change', async () => {
      const { groups, leases } = open();
      const end = new AbortController();
      const seen = groups.observe('g', end.signal)[Symbol.asyncIterator]();
      const next = async () => {
        const { value } = await seen.next();
        return (value ?? []).map(({ name }: { name: string }) => name);
      };
      expect(await next()).toEqual([]);
      await groups.join('g', 'b', { lease: 'bob', ttlMs: TTL_MS });
      expect(await next()).toEqual(['b']);
      await groups.join('g', 'a', { lease: 'ada', ttlMs: TTL_MS });
      expect(await next()).toEqual(['a', 'b']);
      await leases.revoke('bob');
      expect(await next()).toEqual(['a']);
      end.abort();
    });
  });

  describe('lists', () => {
    test('of locks, with their holders and their queues', async () => {
      const { locks } = open();
      expect(await locks.list()).toEqual({ kind: 'page', position: 0, locks: [], more: false });
      for (const name of ['b', 'a', 'a/1']) await locks.acquire(name, { lease: `on ${name}`, ttlMs: TTL_MS });
      await locks.acquire('a', { lease: 'next', ttlMs: TTL_MS, waitMs: 1 });
      const held = (name: string, token: number, waiters: object[] = []) => ({
        name,
        holders: [{ lease: `on ${name}`, token }],
        waiters,
      });
      const all = [held('a', 2, [{ lease: 'next', token: 4 }]), held('a/1', 3), held('b', 1)];
      expect(await locks.list()).toEqual({ kind: 'page', position, locks: all, more: false });
      const first = await locks.list({ prefix: 'a', limit: 1 });
      expect(first).toEqual({ kind: 'page', position, locks: all.slice(0, 1), more: true });
      const next = await locks.list({ prefix: 'a', limit: 1, after: 'a' });
      expect(next).toEqual({ kind: 'page', position, locks: all.slice(1, 2), more: false });
      await locks.release('b', 'on b');
      expect(await locks.list({ after: 'a/1' })).toMatchObject({ locks: [], more: false });
    });

    test('of leases, with the time that they have left', async () => {
      const { leases, keys } = open();
      for (const lease of ['b', 'a', 'ä']) await leases.grant(lease, TTL_MS);
      await keys.put('k', 'v', { lease: 'b' });
      const one = (lease: string, count = 0) => ({ lease, ttlMs: TTL_MS, leftMs: position, keys: count });
      const all = [one('a'), one('b', 1), one('ä')];
      expect(await leases.list()).toEqual({ kind: 'page', position, leases: all, more: false });
      expect(await leases.list({ after: 'a', limit: 1 })).toMatchObject({
        leases: [{ lease: 'b' }],
        more: true,
      });
      await leases.revoke('b');
      expect(await leases.list()).toMatchObject({ leases: [{ lease: 'a' }, { lease: 'ä' }] });
    });

    test('of elections, with their leaders', async () => {
      const { elections } = open();
      const odd = Uint8Array.of(0, 255);
      await elections.campaign('e', { lease: 'ada', ttlMs: TTL_MS, value: odd });
      await elections.campaign('e', { lease: 'bob', ttlMs: TTL_MS });
      await elections.campaign('f', { lease: 'bob' });
      const led = [
        { name: 'e', leader: { lease: 'ada', term: 1, value: odd }, candidates: 2 },
        { name: 'f', leader: { lease: 'bob', term: 3, value: bytes('') }, candidates: 1 },
      ];
      expect(await elections.list()).toEqual({ kind: 'page', position: 3, elections: led, more: false });
      expect(await elections.list({ prefix: 'g' })).toMatchObject({ elections: [], more: false });
    });

    test('of groups and of sequences', async () => {
      const { groups, sequences } = open();
      for (const [group, member] of [
        ['g', 'a'],
        ['g', 'b'],
        ['g0', 'a'],
      ] as const)
        await groups.join(group, member, { lease: 'ada', ttlMs: TTL_MS });
      const counted = [
        { name: 'g', members: 2 },
        { name: 'g0', members: 1 },
      ];
      expect(await groups.list()).toEqual({ kind: 'page', position: 3, groups: counted, more: false });
      expect(await groups.list({ after: 'g' })).toMatchObject({ groups: counted.slice(1) });
      for (const name of ['s', 's/1', 't']) await sequences.next(name, { count: name.length });
      expect(await sequences.list({ limit: 2 })).toEqual({
        kind: 'page',
        position: 6,
        sequences: [
          { name: 's', value: 1 },
          { name: 's/1', value: 3 },
        ],
        more: true,
      });
      expect(await sequences.list({ prefix: 's', after: 's/1' })).toMatchObject({ sequences: [] });
    });

    test('of every consistency, and of what was written before', async () => {
      const { locks } = open();
      await locks.acquire('l', { lease: 'ada', ttlMs: TTL_MS });
      for (const consistency of ['linearizable', 'sequenced', 'local'] as const)
        expect(await locks.list({ consistency })).toMatchObject({ locks: [{ name: 'l' }] });
      expect(await locks.list({ minPosition: 1000 })).toEqual({ kind: 'behind', position });
    });

    test('what cannot be is rejected', async () => {
      const { locks, leases, elections, groups, sequences } = open();
      for (const resource of [locks, leases, elections, groups, sequences]) {
        for (const limit of [0, 1.5, 1001, Number.NaN])
          expect(await resource.list({ limit })).toEqual(invalid);
        for (const text of ['\ud800', 'a\0', 'x'.repeat(1001)]) {
          expect(await resource.list({ prefix: text })).toEqual(invalid);
          expect(await resource.list({ after: text })).toEqual(invalid);
        }
        expect(await resource.list({ after: 'x'.repeat(257) })).toEqual(invalid);
        expect(await resource.list({ after: '' })).toEqual(invalid);
      }
    });
  });

  describe('sequences', () => {
    test('the next numbers, and the last ones', async () => {
      const { sequences } = open();
      expect(await sequences.lookUp('s')).toEqual({ kind: 'last', position: 0, last: 0 });
      expect(await sequences.next('s')).toEqual({ kind: 'next', position: 1, first: 1, last: 1 });
      const once = { count: 10, idempotencyKey: 'once' };
      const ten = { kind: 'next', position: 2, first: 2, last: 11 };
      expect(await sequences.next('s', once)).toEqual(ten);
      expect(await sequences.next('s', once)).toEqual(ten);
      expect(await sequences.next('s', { ...once, count: 1 })).toEqual({
        kind: 'idempotency-key-reused',
        position,
        message: expect.stringMatching(/./),
      });
      expect(await sequences.lookUp('s')).toEqual({ kind: 'last', position, last: 11 });
      for (const count of [0, 1.5, 1_000_001]) expect(await sequences.next('s', { count })).toEqual(invalid);
      expect(await sequences.next('')).toEqual(invalid);
      expect(await sequences.lookUp('..')).toEqual(invalid);
    });
  });
}
