// Goal: of orders that differ only in what commutes one is enough: all that comes of any comes of one of
// them. Method: random processes that read and write two records; what they see and leave, in random orders
// and in all.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Store } from '../../src/log/store.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { type Interleaved, inEveryOrder, inSomeOrders } from '../support/interleavings.ts';
import { SeededRandom } from '../support/seeded-random.ts';

interface Call {
  readonly log: string;
  readonly writes: boolean;
}

type Program = readonly Call[];

const call = fc.record({ log: fc.constantFrom('a', 'b'), writes: fc.boolean() });
const program = fc.array(call, { minLength: 1, maxLength: 3 });

/** Notes in `outcomes` what every process has seen, and what every record is at each check. */
function racing(programs: readonly Program[], outcomes: Set<string>): () => Promise<Interleaved> {
  return () => {
    const store = new MemoryStore();
    const seen: string[][] = programs.map(() => []);
    const processes = programs.map((calls, process) => (gated: Store) => {
      return Promise.resolve(async () => {
        for (const [index, { log, writes }] of calls.entries()) {
          const record = await gated.metadataRecord(log, 'trim-point');
          seen[process]?.push(record?.value ?? '-');
          const next = `${process}.${index}`;
          if (writes) await gated.setMetadataRecord(log, 'trim-point', next, record?.version ?? 0);
        }
      });
    });
    const check = async () => {
      const left = ['a', 'b'].map((log) => store.metadataRecord(log, 'trim-point'));
      outcomes.add(JSON.stringify([seen, await Promise.all(left)]));
    };
    return Promise.resolve({ store, processes, check });
  };
}

test.each([0, 1])('what any order comes to, with %d deaths', { timeout: 120_000 }, async (deaths) => {
  const property = fc.asyncProperty(fc.array(program, { minLength: 2, maxLength: 3 }), async (programs) => {
    const [all, some] = [new Set<string>(), new Set<string>()];
    fc.pre(programs.flat().length <= 5);
    await inEveryOrder(racing(programs, all), deaths);
    const random = new SeededRandom(1);
    await inSomeOrders(racing(programs, some), deaths, 100, (options) => random.below(options));
    for (const outcome of some) expect(all).toContain(outcome);
  });
  await fc.assert(property, { numRuns: 50 });
});

test('orders of what touches nothing in common are one, and of what does are as many as there are', async () => {
  const reads = { log: 'a', writes: false };
  const others = { log: 'b', writes: true };
  const writes = { log: 'a', writes: true };
  const count = (...programs: Program[]) => inEveryOrder(racing(programs, new Set()), 0);
  expect(await count([reads, reads], [reads, reads])).toBe(1);
  expect(await count([reads, reads], [others])).toBe(1);
  // Two times two calls have six orders. In two of them neighbours differ that only read.
  expect(await count([writes], [writes])).toBe(4);
});
