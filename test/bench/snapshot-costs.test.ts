// Goal: the share of snapshots in the cost of commands is that of the snapshots which servers take. Method:
// few commands and keys, in two namespaces of one store, and every call of the store counted.

import { expect, test } from 'vitest';
import { namespaceWithSnapshot, runCommands } from '../../bench/costs/snapshots.ts';
import { meteredMemory } from '../../bench/round-trips.ts';
import { lookAtSnapshots } from '../../src/replica/snapshot-writes.ts';

const KEYS = 10;
const COMMANDS = 20_000;

test('each namespace has its own snapshots, which alone are counted', async () => {
  const { store, meter } = await meteredMemory();
  const counted: number[] = [];
  for (const log of ['namespace/one', 'namespace/other']) {
    const namespace = await namespaceWithSnapshot(store, log, KEYS);
    const before = await lookAtSnapshots({ store, log });
    meter.roundTrips = 0;
    await runCommands(namespace, COMMANDS, KEYS);
    counted.push(meter.roundTrips);
    const { newest } = await lookAtSnapshots({ store, log });
    expect(newest?.position).toBe((before.newest?.position ?? 0) + COMMANDS);
  }
  const [one = 0, other = 0] = counted;
  expect(one).toBeGreaterThan(0);
  expect(other).toBe(one);
  expect(one).toBeLessThan(COMMANDS / 100);
});

test('a namespace whose log begins anew below its snapshots is refused, and not counted as free', async () => {
  const { store } = await meteredMemory();
  await runCommands(await namespaceWithSnapshot(store, 'namespace/one', KEYS), COMMANDS, KEYS);
  await expect(namespaceWithSnapshot(store, 'namespace/one', KEYS)).rejects.toThrow('a newer snapshot');
});
