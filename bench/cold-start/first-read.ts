// One cold start, in a process of its own: from opening a store until the first linearizable read is
// answered. Arguments: the directory of the store, the log of the namespace, and the key to read. Prints one
// `FirstRead` as JSON.

import { SqliteStore } from '../../src/store/sqlite/store.ts';
import { InterceptedStore } from '../../test/support/intercepted-store.ts';
import { openKeys } from '../keys.ts';

export interface FirstRead {
  readonly milliseconds: number;
  readonly roundTrips: number;
  /** Records and snapshots that the store has handed over. */
  readonly bytesRead: number;
  /** The memory of the process: with everything loaded and nothing opened, and at its peak. */
  readonly memoryBeforeBytes: number;
  readonly peakMemoryBytes: number;
}

async function firstRead(directory: string, log: string, key: string): Promise<FirstRead> {
  const memoryBeforeBytes = process.memoryUsage().rss;
  let roundTrips = 0;
  let bytesRead = 0;
  const startedAt = performance.now();
  const store = new InterceptedStore(new SqliteStore(directory), async (_method, run) => {
    roundTrips += 1;
    const result = await run();
    bytesRead += bytesIn(result);
    return result;
  });
  const read = await openKeys({ store, log }).keys.get(key);
  const milliseconds = performance.now() - startedAt;
  if (read.kind !== 'found') throw new Error(`the key was ${read.kind}`);
  await store.close();
  const peakMemoryBytes = process.resourceUsage().maxRSS * 1024;
  return { milliseconds, roundTrips, bytesRead, memoryBeforeBytes, peakMemoryBytes };
}

interface WithSegments {
  readonly segment?: { readonly bytes: number };
  readonly segments?: readonly { readonly bytes: number }[];
}

/** What an answer of the store holds of records and snapshots. */
function bytesIn(result: unknown): number {
  if (result instanceof Uint8Array) return result.length;
  if (typeof result !== 'object' || result === null) return 0;
  const { segment, segments = [] }: WithSegments = result;
  return [...segments, ...(segment ? [segment] : [])].reduce((sum, { bytes }) => sum + bytes, 0);
}

const [directory = '', log = '', key = ''] = process.argv.slice(2);
process.stdout.write(`${JSON.stringify(await firstRead(directory, log, key))}\n`);
