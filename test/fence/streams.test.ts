// Goal: a stream that has seen the greater token takes no record of the older one. Method: two writers in every
// order, with lost and late appends, on both kinds of Ordinal.

import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { admitOperator } from '../../src/access/principal.ts';
import type { Ordinal } from '../../src/api/ordinal.ts';
import type { AppendOptions, AppendResult } from '../../src/api/streams.ts';
import { connect } from '../../src/client/client.ts';
import { createApp } from '../../src/protocols/http/app.ts';
import { open } from '../../src/service/service.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { explore, type Outcome } from './interleavings.ts';

type Streams = Pick<Ordinal, 'stream'>;

const app = createApp(open(new MemoryStore()), admitOperator);
/** No measure of anything: thousands of appends take a while on a busy machine. */
const HANGS_AFTER_MS = 600_000;
const KINDS: [string, Streams][] = [
  ['embedded', open(new MemoryStore())],
  ['over HTTP', connect((request) => app.fetch(request))],
];

/** Whose record is the last. */
const lastRecord = (streams: Streams, optionsOf: (token: number) => AppendOptions) => async () => {
  const stream = streams.stream(randomUUID());
  await stream.create();
  return {
    write: (token: 1 | 2, gate: <T>(call: () => Promise<T>) => Promise<T>) =>
      gate(() => stream.append(String(token), optionsOf(token))).then(outcomeOf, lost),
    owner: async () => {
      const read = await stream.read();
      const records: number[] = read.kind === 'data' ? JSON.parse(Buffer.from(read.body).toString()) : [];
      return records.at(-1) ?? 0;
    },
  };
};

function outcomeOf(result: AppendResult): Outcome {
  if (result.kind === 'appended') return { kind: 'written' };
  if (result.kind === 'rejected' && result.code === 'stream-fenced')
    return { kind: 'fenced', definite: true };
  return result;
}

const lost = (): Outcome => ({ kind: 'failed', definite: false });

test.each(KINDS)(
  '%s: no record of the older token follows one of the greater',
  { timeout: HANGS_AFTER_MS },
  async (_kind, streams) => {
    const value = lastRecord(streams, (fencingToken) => ({ fencingToken }));
    expect(await explore(value, { faultsMax: 2, writesMax: 2 })).toBeGreaterThan(50);
  },
);

test.each(KINDS)('%s: without the tokens it would', async (_kind, streams) => {
  const value = lastRecord(streams, () => ({}));
  await expect(explore(value, { faultsMax: 0, writesMax: 1 })).rejects.toThrow('the value went back');
});
