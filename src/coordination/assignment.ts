// The assignment of partitions to the members of a group: the same input has the same result on every
// machine.
//
// Members keep what they have, up to their share, as in Kafka's sticky assignor (KIP-54). A partition that
// is left goes to the member with the highest hash of the pair, among those with room (rendezvous hashing,
// Thaler and Ravishankar 1998). No assignment that is balanced within one moves fewer partitions. From a
// balanced one of P partitions to M members,
//
// - when a member goes, only its partitions move: at most ⌈P / M⌉;
// - when one comes, only those that it gets move: ⌊P / (M + 1)⌋.
//
// So all must start from the same previous assignment, which a leader proclaims or a key holds. Without
// one, the hash alone keeps moves few, and no bound is promised.

import { createHash } from 'node:crypto';

/** The member of each partition. */
export type Assignment = ReadonlyMap<string, string>;

/**
 * Gives each partition to one member, so that no member has more than one partition more than another. The
 * order of the input does not matter. Empty when there are no members.
 *
 * @param previous what was assigned before; partitions and members that are gone may be in it
 */
export function assignPartitions(
  partitions: Iterable<string>,
  members: Iterable<string>,
  previous: Assignment = new Map(),
): Map<string, string> {
  const all = [...new Set(partitions)].sort();
  const names = [...new Set(members)].sort();
  if (names.length === 0) return new Map();
  const had = new Map(names.map((name): [string, string[]] => [name, []]));
  for (const partition of all) had.get(previous.get(partition) ?? '')?.push(partition);
  const shares = sharesOf(all.length, had);
  const assigned = new Map<string, string>();
  for (const [name, own] of had) {
    for (const partition of own.slice(0, shares.get(name))) assigned.set(partition, name);
  }
  const left = all.filter((partition) => !assigned.has(partition));
  for (const [partition, name] of placed(left, roomOf(shares, assigned))) assigned.set(partition, name);
  return new Map(all.map((partition): [string, string] => [partition, assigned.get(partition) ?? '']));
}

/** How many each member gets. The larger shares go to those who have most: so as much as possible stays. */
function sharesOf(count: number, had: ReadonlyMap<string, readonly string[]>): Map<string, number> {
  const least = Math.floor(count / had.size);
  const largerShares = count % had.size;
  const byCount = [...had].sort(([one, a], [other, b]) => b.length - a.length || (one < other ? -1 : 1));
  return new Map(byCount.map(([name], index) => [name, index < largerShares ? least + 1 : least]));
}

function roomOf(shares: ReadonlyMap<string, number>, assigned: Assignment): Map<string, number> {
  const room = new Map(shares);
  for (const name of assigned.values()) room.set(name, (room.get(name) ?? 0) - 1);
  return room;
}

/** The pair with the greatest weight goes first, as long as its partition is free and its member has room. */
function placed(partitions: readonly string[], room: Map<string, number>): Map<string, string> {
  const open = [...room].filter(([, left]) => left > 0);
  const pairs = partitions.flatMap((partition) =>
    open.map(([name]) => ({ partition, name, weight: weightOf(partition, name) })),
  );
  pairs.sort((one, other) => (one.weight < other.weight ? 1 : -1));
  const found = new Map<string, string>();
  for (const { partition, name } of pairs) {
    const left = room.get(name) ?? 0;
    if (left === 0 || found.has(partition)) continue;
    room.set(name, left - 1);
    found.set(partition, name);
  }
  return found;
}

/** The same on every machine, and another one for every pair. */
function weightOf(partition: string, name: string): string {
  return createHash('sha256')
    .update(JSON.stringify([partition, name]))
    .digest('hex');
}
