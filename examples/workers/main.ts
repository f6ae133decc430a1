// Workers that share eight partitions: node --import tsx examples/workers/main.ts <name>
//
// Each is a member of a group. Whoever comes first in the group computes who has which partition, from what was assigned before,
// and writes it under a key. All watch the key. ORDINAL_URL is the address of the server.

import { assignPartitions } from 'ordinal';
import { connect, keepAlive } from 'ordinal/client';

const [name = 'worker-a'] = process.argv.slice(2);
const PARTITIONS = Array.from({ length: 8 }, (_, index) => `partition-${index}`);
const ASSIGNMENT = 'workers/assignment';
const LEASE_TTL_MS = 10_000;

const ordinal = connect(process.env['ORDINAL_URL'] ?? 'http://127.0.0.1:4437');
const { groups, leases, keys } = ordinal.namespace();
const ended = new AbortController();
process.once('SIGTERM', () => ended.abort());
process.once('SIGINT', () => ended.abort());

const joined = await groups.join('workers', name, { lease: name, ttlMs: LEASE_TTL_MS });
if (joined.kind !== 'joined' && joined.kind !== 'updated') throw new Error(joined.kind);
const kept = keepAlive(leases, name, LEASE_TTL_MS);
// A worker that is no longer a member may work on nothing.
const signal = AbortSignal.any([kept.lost, ended.signal]);

await Promise.all([assign(), follow()]);
kept.stop();
await leases.revoke(name);
await ordinal.close();

/** The first member assigns anew whenever the membership changes. */
async function assign(): Promise<void> {
  for await (const members of groups.observe('workers', signal)) {
    if (members[0]?.name !== name) continue;
    const found = await keys.get(ASSIGNMENT);
    const before = found.kind === 'found' ? Object.entries(fromBytes(found.entry.value)) : [];
    const assignment = assignPartitions(
      PARTITIONS,
      members.map((member) => member.name),
      new Map(before),
    );
    // Only if nobody else has assigned meanwhile: then the next change of the membership sets it right.
    const condition = found.kind === 'found' ? { ifModified: found.entry.modified } : { ifAbsent: true };
    await keys.put(ASSIGNMENT, JSON.stringify(Object.fromEntries(assignment)), condition);
  }
}

async function follow(): Promise<void> {
  for await (const event of ordinal.namespace().watch({ prefix: ASSIGNMENT, after: 0, signal })) {
    if (event.kind !== 'change' || !event.after) continue;
    const own = Object.entries(fromBytes(event.after.value)).flatMap(([partition, owner]) =>
      owner === name ? [partition] : [],
    );
    console.log(`${name} works on ${own.join(', ') || 'nothing'}`);
  }
}

function fromBytes(value: Uint8Array): Record<string, string> {
  return JSON.parse(Buffer.from(value).toString()) as Record<string, string>;
}
