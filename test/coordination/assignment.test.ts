// Goal: an assignment of partitions is the same for everyone, balanced, and moves as little as any balanced one
// could. Method: properties of random groups, with the least number of moves counted in another way.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Assignment, assignPartitions } from '../../src/coordination/assignment.ts';

const names = (word: string, minLength: number, maxLength: number) =>
  fc
    .uniqueArray(fc.integer({ min: 0, max: 99 }), { minLength, maxLength })
    .map((all) => all.map((one) => word + one));
const partitions = names('p', 0, 40);
const members = names('m', 1, 12);
const somePrevious = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 99 }), fc.integer({ min: 0, max: 99 })), { maxLength: 60 })
  .map((pairs): Assignment => new Map(pairs.map(([partition, member]) => [`p${partition}`, `m${member}`])));

function countsOf(assigned: Assignment, all: readonly string[]): number[] {
  return all.map((member) => [...assigned.values()].filter((one) => one === member).length);
}

function moved(before: Assignment, after: Assignment): string[] {
  return [...after]
    .filter(([partition, member]) => before.get(partition) !== member)
    .map(([partition]) => partition);
}

/** Of all ways to say which members get the larger share, the one that lets most stay. */
function leastMoves(all: readonly string[], group: readonly string[], previous: Assignment): number {
  const least = Math.floor(all.length / group.length);
  const kept = group.map((member) => all.filter((partition) => previous.get(partition) === member).length);
  const gains = kept
    .map((count) => Math.min(count, least + 1) - Math.min(count, least))
    .sort((a, b) => b - a);
  const base = kept.reduce((sum, count) => sum + Math.min(count, least), 0);
  return all.length - base - gains.slice(0, all.length % group.length).reduce((sum, gain) => sum + gain, 0);
}

describe('an assignment', () => {
  test('gives every partition to one member, balanced within one', () => {
    fc.assert(
      fc.property(partitions, members, somePrevious, (all, group, previous) => {
        const assigned = assignPartitions(all, group, previous);
        expect([...assigned.keys()]).toEqual([...all].sort());
        const counts = countsOf(assigned, group);
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(all.length);
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('is the same whatever the order of the input, and however often it is named', () => {
    fc.assert(
      fc.property(partitions, members, somePrevious, (all, group, previous) => {
        const backwards = new Map([...previous].reverse());
        const other = assignPartitions(
          [...all, ...all].reverse(),
          [...group].reverse().concat(group),
          backwards,
        );
        expect([...other]).toEqual([...assignPartitions(all, group, previous)]);
      }),
    );
  });

  test('moves as few partitions as any balanced one, from whatever was before', () => {
    fc.assert(
      fc.property(partitions, members, somePrevious, (all, group, previous) => {
        const assigned = assignPartitions(all, group, previous);
        expect(moved(previous, assigned)).toHaveLength(leastMoves(all, group, previous));
      }),
    );
  });

  test('stays when nothing changes', () => {
    fc.assert(
      fc.property(partitions, members, somePrevious, (all, group, previous) => {
        const assigned = assignPartitions(all, group, previous);
        expect([...assignPartitions(all, group, assigned)]).toEqual([...assigned]);
      }),
    );
  });

  test('when a member goes, its partitions move and no others', () => {
    fc.assert(
      fc.property(partitions, names('m', 2, 12), somePrevious, (all, group, previous) => {
        const before = assignPartitions(all, group, previous);
        const [gone, ...rest] = group;
        const after = assignPartitions(all, rest, before);
        expect(moved(before, after)).toEqual(all.filter((one) => before.get(one) === gone).sort());
        expect(moved(before, after).length).toBeLessThanOrEqual(Math.ceil(all.length / group.length));
      }),
    );
  });

  test('when a member comes, only what it gets moves', () => {
    fc.assert(
      fc.property(partitions, members, somePrevious, (all, group, previous) => {
        const before = assignPartitions(all, group, previous);
        const after = assignPartitions(all, [...group, 'new'], before);
        expect(moved(before, after).every((partition) => after.get(partition) === 'new')).toBe(true);
        expect(moved(before, after)).toHaveLength(Math.floor(all.length / (group.length + 1)));
      }),
    );
  });

  test('without members there is none', () => {
    expect(assignPartitions(['p'], []).size).toBe(0);
  });

  test('is the one that other versions of this program make, too', () => {
    const assigned = assignPartitions(['p0', 'p1', 'p2', 'p3', 'p4'], ['ada', 'bob']);
    expect(Object.fromEntries(assigned)).toMatchInlineSnapshot(`
      {
        "p0": "ada",
        "p1": "ada",
        "p2": "bob",
        "p3": "bob",
        "p4": "ada",
      }
    `);
  });
});
