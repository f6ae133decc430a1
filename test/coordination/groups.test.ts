// Goal: a group has the members whose leases live, each name once. Method: two servers on one store, with a
// clock that the test moves.

import { describe, expect, test } from 'vitest';
import type { Groups } from '../../src/api/groups.ts';
import { systemClock } from '../../src/clock.ts';
import { GROUP_MEMBERS_SHOWN_MAX } from '../../src/limits.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { serverOn } from '../support/server-on.ts';

const TTL_MS = 10_000;

async function membersOf(groups: Groups): Promise<string[]> {
  const read = await groups.members('g');
  return read.kind === 'members' ? read.members.map(({ name, lease }) => `${name}@${lease}`) : [];
}

describe('a group', () => {
  test('join, change, leave', async () => {
    const { groups } = serverOn(new MemoryStore());
    const join = (metadata: string) => groups.join('g', 'm', { lease: 'ada', ttlMs: TTL_MS, metadata });
    expect(await join('1')).toMatchObject({ kind: 'joined', lease: 'ada', position: 1 });
    expect(await join('2')).toMatchObject({ kind: 'updated', lease: 'ada' });
    expect(await groups.members('g')).toMatchObject({
      members: [{ name: 'm', lease: 'ada', metadata: Uint8Array.of(0x32), joined: 1 }],
    });
    expect(await groups.leave('g', 'm', 'bob')).toMatchObject({ kind: 'not-member' });
    expect(await groups.leave('g', 'm', 'ada')).toMatchObject({ kind: 'left' });
    expect(await groups.leave('g', 'm', 'ada')).toMatchObject({ kind: 'not-member' });
    expect(await membersOf(groups)).toEqual([]);
  });

  test('a name belongs to the lease that has it, and another one is not made for the refused', async () => {
    const { groups, leases } = serverOn(new MemoryStore());
    await groups.join('g', 'm', { lease: 'ada', ttlMs: TTL_MS });
    expect(await groups.join('g', 'm', { lease: 'bob', ttlMs: TTL_MS })).toMatchObject({
      kind: 'name-taken',
    });
    expect(await leases.lookUp('bob')).toMatchObject({ kind: 'not-found' });
    expect(await groups.join('g', 'm', { lease: 'nobody' })).toMatchObject({ kind: 'name-taken' });
    expect(await groups.join('g', 'n', { lease: 'nobody' })).toMatchObject({ kind: 'lease-not-found' });
  });

  test('a member that vanishes is replaced under its name, and takes nothing with it later', async () => {
    const store = new MemoryStore();
    const clock = new ManualClock();
    const [one, other] = [serverOn(store, clock), serverOn(store, clock)];
    await one.groups.join('g', 'm', { lease: 'ada', ttlMs: TTL_MS });
    await other.groups.members('g');
    const renewedAt = one.kernel.glance((state) => state.lease('ada')?.renewedAt) ?? 0;
    clock.pass(TTL_MS);
    expect(await other.groups.join('g', 'm', { lease: 'bob', ttlMs: TTL_MS })).toMatchObject({
      kind: 'joined',
    });
    // The first server has not seen that: its late commands are about a lease that no longer has the name.
    expect(await one.groups.leave('g', 'm', 'ada')).toMatchObject({ kind: 'not-member' });
    await one.kernel.replica.submit({ kind: 'expire', leases: [{ lease: 'ada', renewedAt }] });
    expect(await one.leases.revoke('ada')).toMatchObject({ kind: 'not-found' });
    expect(await membersOf(one.groups)).toEqual(['m@bob']);
  });

  test('to leave when the lease is due already is to be no member', async () => {
    const clock = new ManualClock();
    const { groups } = serverOn(new MemoryStore(), clock);
    await groups.join('g', 'm', { lease: 'ada', ttlMs: TTL_MS });
    clock.pass(TTL_MS);
    expect(await groups.leave('g', 'm', 'ada')).toMatchObject({ kind: 'not-member' });
    expect(await membersOf(groups)).toEqual([]);
  });

  test('groups, and namesakes in them, are apart', async () => {
    const { groups } = serverOn(new MemoryStore());
    for (const [group, member] of [
      ['g', 'a/b'],
      ['g/a', 'b'],
      ['g', 'ä 🙂'],
    ] as const) {
      await groups.join(group, member, { lease: 'ada', ttlMs: TTL_MS });
    }
    expect(await membersOf(groups)).toEqual(['a/b@ada', 'ä 🙂@ada']);
  });
});

test('observers hear of members that come, change and go', async () => {
  const store = new MemoryStore();
  const [one, other] = [serverOn(store, systemClock), serverOn(store, systemClock)];
  const end = new AbortController();
  const seen = one.groups.observe('g', end.signal)[Symbol.asyncIterator]();
  const next = async () =>
    ((await seen.next()).value ?? []).map(({ name, metadata }) => `${name}=${Buffer.from(metadata)}`);
  expect(await next()).toEqual([]);
  await other.groups.join('g', 'b', { lease: 'bob', ttlMs: TTL_MS, metadata: '1' });
  expect(await next()).toEqual(['b=1']);
  await other.groups.join('g', 'a', { lease: 'ada', ttlMs: TTL_MS, metadata: '1' });
  expect(await next()).toEqual(['a=1', 'b=1']);
  await other.groups.join('g', 'b', { lease: 'bob', metadata: '2' });
  expect(await next()).toEqual(['a=1', 'b=2']);
  await other.leases.revoke('ada');
  expect(await next()).toEqual(['b=2']);
  // As many members as before, and the last change is an old one again.
  await other.groups.leave('g', 'b', 'bob');
  await other.groups.join('g', 'c', { lease: 'bob', metadata: '3' });
  expect(await next()).toEqual(['c=3']);
  end.abort();
});

test('says that there are more members than it tells', async () => {
  const { groups, leases } = serverOn(new MemoryStore());
  await leases.grant('ada', 60_000);
  const members = Array.from({ length: GROUP_MEMBERS_SHOWN_MAX }, (_, index) => `m${index}`);
  await Promise.all(members.map((member) => groups.join('g', member, { lease: 'ada' })));
  expect(await groups.members('g')).toMatchObject({ more: false });
  await groups.join('g', 'n', { lease: 'ada' });
  const told = await groups.members('g');
  expect(told).toMatchObject({ more: true });
  expect(told.kind === 'members' && told.members.length).toBe(GROUP_MEMBERS_SHOWN_MAX);
});
