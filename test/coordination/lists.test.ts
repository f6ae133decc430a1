// Goal: lists of recipes are in the order of bytes, page by page, and read no more than they show. Method:
// states built by commands, with reads that are counted; any ids of leases, compared with a plain sort.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { leasesInOrder } from '../../src/coordination/leases-in-order.ts';
import { namesIn } from '../../src/coordination/list-page.ts';
import { ofText } from '../../src/encoding/byte-string.ts';
import type { Operation } from '../../src/state-machine/kernel/command.ts';
import { kernel } from '../../src/state-machine/kernel/kernel.ts';
import { Leases } from '../../src/state-machine/kernel/leases.ts';
import { KernelState } from '../../src/state-machine/kernel/state.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { serverOn } from '../support/server-on.ts';

const TTL_MS = 10_000;
const QUEUES = ofText('lock/queue/');

/** A state with so many places in the queue of each name. */
function queues(places: Readonly<Record<string, number>>): KernelState {
  const state = new CountedState();
  let position = 0;
  const carryOut = (operations: readonly Operation[]) => {
    position += 1;
    kernel.apply(
      state,
      { position, timeMs: 0 },
      { kind: 'transaction', checks: [], then: operations, else: [] },
    );
  };
  for (const [name, count] of Object.entries(places)) {
    for (let place = 0; place < count; place += 1)
      carryOut([
        { kind: 'put-numbered', prefix: ofText(`lock/queue/${name}\0`), value: ofText('1'), lease: '' },
      ]);
  }
  state.entriesRead = 0;
  return state;
}

class CountedState extends KernelState {
  entriesRead = 0;

  override *entriesIn(...range: Parameters<KernelState['entriesIn']>) {
    for (const entry of super.entriesIn(...range)) {
      this.entriesRead += 1;
      yield entry;
    }
  }
}

describe('names of queues', () => {
  test('are found by going from name to name, however long the queues are', () => {
    const state = queues({ a: 500, b: 500, c: 500 }) as CountedState;
    expect([...namesIn(state, QUEUES, {})]).toEqual(['a', 'b', 'c']);
    expect(state.entriesRead).toBeLessThan(10);
  });

  test('are in the order of their bytes, and none is taken for a part of another', () => {
    const names = ['a', 'a\u0001', 'a/b', 'aa', 'b', 'ä', '\uffee', '🙂'];
    const state = queues(Object.fromEntries(names.toReversed().map((name) => [name, 2])));
    expect([...namesIn(state, QUEUES, {})]).toEqual(names);
    for (const [index, after] of names.entries())
      expect([...namesIn(state, QUEUES, { after })]).toEqual(names.slice(index + 1));
    expect([...namesIn(state, QUEUES, { prefix: 'a' })]).toEqual(names.slice(0, 4));
    expect([...namesIn(state, QUEUES, { prefix: 'a', after: 'a/b' })]).toEqual(['aa']);
    expect([...namesIn(state, QUEUES, { prefix: 'a', after: 'b' })]).toEqual([]);
    expect([...namesIn(state, QUEUES, { prefix: 'b', after: 'a' })]).toEqual(['b']);
  });
});

test('leases are in the order of the bytes of their ids, whatever these are', () => {
  const unit = fc.constantFrom('a', 'b', 'ä', '\ud7ff', '\ue000', '\uffff', '🙂', '\u{10ffff}');
  const text = fc.string({ unit, maxLength: 5 });
  const ids = fc.uniqueArray(fc.string({ unit, minLength: 1, maxLength: 5 }), { maxLength: 30 });
  const property = fc.property(ids, text, fc.option(text, { nil: undefined }), (all, prefix, after) => {
    const leases = new Leases();
    for (const id of all) leases.put({ id, ttlMs: 1, renewedAtMs: 0, renewedAt: 1 });
    const byBytes = (one: string, other: string) => Buffer.compare(Buffer.from(one), Buffer.from(other));
    const isAfter = (id: string) => after === undefined || byBytes(id, after) > 0;
    const expected = all.filter((id) => id.startsWith(prefix) && isAfter(id)).toSorted(byBytes);
    expect([...leasesInOrder(leases, prefix, after)].map(({ id }) => id)).toEqual(expected);
  });
  fc.assert(property, { numRuns: 2000 });
});

describe('a page', () => {
  test('ends before it is too large, and goes on where it ended', async () => {
    const { elections } = serverOn(new MemoryStore());
    const value = new Uint8Array(60_000);
    const names = Array.from({ length: 20 }, (_, index) => `e${10 + index}`);
    for (const name of names) await elections.campaign(name, { lease: 'ada', ttlMs: TTL_MS, value });
    const first = await elections.list();
    expect(first).toMatchObject({ kind: 'page', more: true, elections: { length: 17 } });
    const next = await elections.list({ after: names[16] });
    expect(next).toMatchObject({ more: false, elections: { length: 3 } });
  });

  test('counts what it has to count to the bytes', async () => {
    const { groups, leases } = serverOn(new MemoryStore());
    await leases.grant('ada', TTL_MS);
    const joins: Promise<unknown>[] = [];
    for (const group of ['g1', 'g2', 'g3']) {
      for (let member = 0; member < 7000; member += 1)
        joins.push(groups.join(group, `m${member}`, { lease: 'ada' }));
    }
    await Promise.all(joins);
    const first = await groups.list();
    expect(first).toMatchObject({
      more: true,
      groups: [
        { name: 'g1', members: 7000 },
        { name: 'g2', members: 7000 },
      ],
    });
    expect(await groups.list({ after: 'g2' })).toMatchObject({ more: false, groups: [{ name: 'g3' }] });
  });
});
