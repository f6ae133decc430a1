// Bugs that the simulation found, each as its shortest telling.

import { describe, expect, test } from 'vitest';
import { systemRandom } from '../../src/clock.ts';
import { type ByteString, ofText } from '../../src/encoding/byte-string.ts';
import { Log } from '../../src/log/log.ts';
import { StoreError } from '../../src/log/store.ts';
import { Replica } from '../../src/replica/replica.ts';
import { lookAtSnapshots, saveSnapshot } from '../../src/replica/snapshot-writes.ts';
import { loadSnapshot } from '../../src/replica/snapshots.ts';
import { kernel } from '../../src/state-machine/kernel/kernel.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { positionsIn, records, textsIn } from '../support/bytes.ts';
import { faultyStore } from '../support/faulty-store.ts';
import { InterceptedStore } from '../support/intercepted-store.ts';
import { ManualClock } from '../support/manual-clock.ts';

const HOUR_MS = 3_600_000;
/** The first one creates the log, two more find full segments. */
const LOST_OPEN = 4;

test('trimming again at a position whose segment is gone removes nothing more (scenario zombies, seed 2)', async () => {
  const store = new MemoryStore();
  const clock = new ManualClock();
  const log = new Log(store, 'log', { clock, segmentCapBytes: 100 });
  for (const letter of 'abcdef') await log.append(records(letter.repeat(100)));
  for (const position of [3, 3, 2, 2, 2]) {
    await log.trim(position);
    clock.pass(2 * HOUR_MS);
  }
  expect(positionsIn(await log.read())).toEqual([4, 5, 6]);
});

test('a read that found no log yet, answered after a submit has created it (scenario crashy, seed 5)', async () => {
  const faulty = faultyStore(new MemoryStore());
  const replica = new Replica(kernel, faulty.store, new Log(faulty.store, 'namespace'));
  const key = ofText('k');
  const look = (state: { get(key: ByteString): unknown }) => state.get(key) !== undefined;
  await replica.read(look);
  // The answer is on its way back while a submit creates the log and applies its own command.
  faulty.delayAnswer('last');
  const reading = replica.read(look);
  const put = { kind: 'put', key, value: ofText('v'), lease: '' } as const;
  await replica.submit({ kind: 'transaction', checks: [], then: [put], else: [] });
  faulty.deliver();
  expect((await reading).kind).toBe('read');
  expect(await replica.read(look)).toMatchObject({ kind: 'read', value: true });
});

test('a write that finds itself after several lost races is not appended again (scenario zombies)', async () => {
  const inner = new MemoryStore();
  const clock = new ManualClock();
  const other = new Log(inner, 'log', { clock, segmentCapBytes: 100 });
  const full = (letter: string) => other.append(records(letter.repeat(400)));
  let opens = 0;
  const store = new InterceptedStore(inner, async (method, run) => {
    // Whoever looks for the tail again sees that others have gone on.
    if (method === 'last' && opens > 0) for (const letter of 'xyz') await full(letter);
    const answer = await run();
    if (method === 'open') opens += 1;
    if (opens !== LOST_OPEN) return answer;
    opens += 1;
    throw new StoreError('timed out', { definite: false, retryable: true });
  });
  // Pauses as long as they can be.
  const random = { ...systemRandom, fraction: () => 0.99 };
  const writer = new Log(store, 'log', { clock, random, segmentCapBytes: 100 });
  await writer.append(records('a'));
  for (const letter of 'bcd') await full(letter);
  // Three segments are full. The next is opened, the answer lost, and the second try finds the segment of the first.
  expect(await writer.append(records('mine'))).toMatchObject({ kind: 'appended', first: 5 });
  const there = textsIn(await other.read());
  expect(there.filter((text) => text === 'mine')).toEqual(['mine']);
});

test('an append that is meant for one incarnation of a log does not begin another (scenario calm, seed 8)', async () => {
  const log = new Log(new MemoryStore(), 'log');
  await log.append(records('a'));
  await log.delete();
  expect(await log.append(records('late'), { incarnation: 0 })).toMatchObject({ reason: 'missing', tail: 2 });
  expect(await log.checkTail()).toEqual({ kind: 'missing', tail: 2 });
  expect(await log.append(records('b'))).toMatchObject({ kind: 'appended', first: 3 });
});

describe('a change of rules whose answer was lost is for the incarnation that it was sent to, not for one that has begun since', () => {
  test.each<[string, (log: Log) => Promise<unknown>]>([
    ['sealing', (log) => log.seal()],
    ['fencing', (log) => log.fence(3)],
  ])('%s (scenario crowded, seed 3)', async (_name, change) => {
    const inner = new MemoryStore();
    const faulty = faultyStore(inner);
    const [log, other] = [new Log(faulty.store, 'log'), new Log(inner, 'log')];
    await log.append(records('a'));
    faulty.fail('update', 'lost-after');
    const [first, second] = [faulty.hold('update'), faulty.hold('update')];
    const changing = change(log);
    first.release();
    await second.reached;
    await other.delete();
    await other.create({ records: records('new') });
    second.release();
    expect(await changing).toMatchObject({ kind: 'failed', definite: false });
    expect(await other.append(records('b'))).toMatchObject({ kind: 'appended' });
  });

  test('creating without records', async () => {
    const inner = new MemoryStore();
    const faulty = faultyStore(inner);
    const [log, other] = [new Log(faulty.store, 'log'), new Log(inner, 'log')];
    faulty.fail('open', 'lost-after');
    const [first, second] = [faulty.hold('open'), faulty.hold('open')];
    const creating = log.create();
    first.release();
    await second.reached;
    await other.delete();
    second.release();
    expect(await creating).toMatchObject({ kind: 'failed', definite: false });
    expect(await other.checkTail()).toEqual({ kind: 'missing', tail: 1 });
  });

  test('creating without records after a deletion, when the request never arrived: done by the second try', async () => {
    const faulty = faultyStore(new MemoryStore());
    const log = new Log(faulty.store, 'log');
    await log.append(records('a'));
    await log.delete();
    faulty.fail('open', 'lost-before');
    expect(await log.create()).toMatchObject({ kind: 'changed', tail: 2 });
  });
});

test('a saver that others took for abandoned does not remove its own snapshot (scenario blackout, seed 255308515)', async () => {
  const inner = new MemoryStore();
  const clock = new ManualClock();
  let looks = 0;
  let sets = 0;
  const store = new InterceptedStore(inner, async (method, run) => {
    if (method === 'metadataRecord') looks += 1;
    if (method === 'setMetadataRecord') sets += 1;
    // The announcement of the attempt arrives. Its answer is lost, and the saver is frozen before the next try.
    if (method === 'metadataRecord' && looks === 2) clock.freeze(HOUR_MS);
    const answer = await run();
    if (method === 'setMetadataRecord' && sets === 1) {
      throw new StoreError('timed out', { definite: false, retryable: true });
    }
    return answer;
  });
  const place = { store, log: 'namespace', clock };
  expect(await saveSnapshot(place, 7, [Uint8Array.of(1, 2, 3)])).toBe(true);
  const { newest } = await lookAtSnapshots(place);
  expect(newest && (await loadSnapshot(inner, 'namespace', newest))).toEqual([Uint8Array.of(1, 2, 3)]);
});
