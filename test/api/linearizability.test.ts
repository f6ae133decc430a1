// Goal: appends and reads of a stream, through any of several servers, are linearizable as HTTP clients see them, while
// answers of the store and of the servers get lost. Method: clients of two servers on one store, whose calls take turns
// at random; each outcome goes into a history, and the checkers of `checker/` judge it.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { admitLoopback } from '../../src/access/loopback.ts';
import { type Store, StoreError } from '../../src/log/store.ts';
import { type App, createApp } from '../../src/protocols/http/app.ts';
import { open } from '../../src/service/service.ts';
import type { HistoryEntry } from '../checker/history.ts';
import { type LogEvidence, logFaults } from '../checker/log-history.ts';
import { readsGoingBack } from '../checker/reads-going-back.ts';
import { Chapter, type Outcome } from '../soak/chapter.ts';
import { InterceptedStore } from '../support/intercepted-store.ts';
import { PLACES } from '../support/places.ts';
import { SeededRandom } from '../support/seeded-random.ts';

const STREAM = 'http://localhost/v1/stream/s';
const JSON_TYPE = { 'content-type': 'application/json' };
const CLIENTS = 8;
const OPERATIONS_EACH = 40;
/** It is in the name of the test that fails. */
const SEED = Date.now() % 2 ** 31;
/** Less than most reads wait for. */
const LONG_POLL_MS = 5;

const offsetOf = (position: number) => `${'0'.repeat(16)}_${String(position).padStart(16, '0')}`;
const tailIn = ({ headers }: Response) => Number(headers.get('stream-next-offset')?.split('_')[1]);

/** Calls begin and are answered late, in any order. One in twenty is lost, or its answer is. */
function troubled(inner: Store, random: SeededRandom): Store {
  const turns = async () => {
    for (let left = random.below(6); left > 0; left -= 1) await nextTurn();
  };
  const lost = () => new StoreError('no answer', { definite: false, retryable: true });
  return new InterceptedStore(inner, async (_method, run) => {
    await turns();
    if (random.chance(0.05)) throw lost();
    const result = await run();
    await turns();
    if (random.chance(0.05)) throw lost();
    return result;
  });
}

interface Client {
  readonly id: number;
  readonly random: SeededRandom;
  readonly apps: readonly App[];
  readonly chapter: Chapter;
  /** As it was last told. */
  tail: number;
}

/** Undefined: the answer is lost on its way. */
async function ask({ random, apps }: Client, path: string, init: RequestInit): Promise<Response | undefined> {
  const response = await random.pick(apps).fetch(new Request(STREAM + path, init));
  return random.chance(0.05) ? undefined : response;
}

/** What an answer means that has no result. */
function otherwise(response: Response | undefined): Outcome {
  const code = response?.headers.get('ordinal-code');
  if (!response || code === 'outcome-unknown') return 'unknown';
  expect(code).toBe('unavailable');
  return 'nothing';
}

async function append(client: Client, texts: readonly string[], expectedTail?: number): Promise<Outcome> {
  const condition = expectedTail === undefined ? {} : { 'if-match': `"${offsetOf(expectedTail)}"` };
  const headers = { ...JSON_TYPE, ...condition };
  const response = await ask(client, '', { method: 'POST', headers, body: JSON.stringify(texts) });
  if (response?.status !== 204 && response?.status !== 412) return otherwise(response);
  client.tail = tailIn(response);
  if (response.status === 412) return { result: { kind: 'refused', tail: client.tail } };
  return { result: { kind: 'appended', first: Number(response.headers.get('ordinal-first-position')) } };
}

async function look(client: Client): Promise<Outcome> {
  const isHead = client.random.chance(0.5);
  const response = await ask(client, isHead ? '' : '?offset=now', { method: isHead ? 'HEAD' : 'GET' });
  if (response?.status !== 200) return otherwise(response);
  client.tail = tailIn(response);
  return { result: { tail: client.tail } };
}

async function read(client: Client, from: number, live: string): Promise<Outcome> {
  const response = await ask(client, `?offset=${offsetOf(from)}${live}`, { method: 'GET' });
  if (response?.status !== 200 && response?.status !== 204) return otherwise(response);
  const texts = response.status === 200 ? ((await response.json()) as string[]) : [];
  const records = texts.map((text, index) => ({ position: from + 1 + index, text }));
  const tail = response.headers.get('stream-up-to-date') === 'true' ? tailIn(response) : undefined;
  client.tail = Math.max(client.tail, tail ?? 0);
  return { result: { records, tail } };
}

async function runClient(client: Client): Promise<void> {
  const { id, random, chapter } = client;
  for (let count = 0; count < OPERATIONS_EACH; count += 1) {
    const kind = random.fraction();
    if (kind < 0.5) {
      const texts = Array.from({ length: 1 + random.below(3) }, (_, index) => `c${id}.${count}.${index}`);
      const expectedTail = random.chance(0.4) ? client.tail : undefined;
      const done = chapter.call(id, { operation: 'append', arguments: { texts, expectedTail } });
      done(await append(client, texts, expectedTail));
    } else if (kind < 0.75) {
      const done = chapter.call(id, { operation: 'tail', arguments: {} });
      done(await look(client));
    } else {
      const from = Math.max(0, client.tail - random.below(20));
      const done = chapter.call(id, { operation: 'read', arguments: { from } });
      done(await read(client, from, random.chance(0.5) ? '&live=long-poll' : ''));
    }
  }
}

async function wholeStream(store: Store): Promise<string[]> {
  const texts: string[] = [];
  for (let after = 0; ; ) {
    const read = await open(store).stream('s').read(after);
    if (read.kind !== 'data') throw new Error(read.kind);
    texts.push(...(JSON.parse(Buffer.from(read.body).toString()) as string[]));
    if (read.upToDate) return texts;
    after = read.next;
  }
}

function faultsIn({ history, nothing, order }: LogEvidence): string[] {
  const inOrder = history.toSorted((one: HistoryEntry, other: HistoryEntry) => one.call - other.call);
  return [...readsGoingBack(inOrder), ...logFaults({ history: inOrder, nothing, order })];
}

describe.each(PLACES)('two servers on %s', (_name, place) => {
  test(`what clients see is linearizable (seed ${SEED})`, { timeout: 120_000 }, async () => {
    const openStore = await place();
    const random = new SeededRandom(SEED);
    // Small segments, so that many are opened.
    const log = { segmentCapBytes: 2000 };
    const apps = [1, 2].map(() =>
      createApp(open(troubled(openStore(), random), { log }), admitLoopback, { longPollMs: LONG_POLL_MS }),
    );
    await open(openStore()).stream('s').create();
    const chapter = new Chapter('s');
    const clients = Array.from({ length: CLIENTS }, (_, id) => ({ id, random, apps, chapter, tail: 0 }));
    await Promise.all(clients.map(runClient));
    await Promise.all(apps.map((app) => app.idle()));
    const order = await wholeStream(openStore());
    const evidence = { history: chapter.history, nothing: chapter.nothing, order };
    expect(faultsIn(evidence)).toEqual([]);
    // It was no quiet run.
    expect(chapter.answered).toBeGreaterThan((CLIENTS * OPERATIONS_EACH) / 2);
    expect(chapter.history.some((entry) => entry.return === null)).toBe(true);
    // The judges see what is wrong: a record in the place of another, and a tail that comes too early.
    expect(faultsIn({ ...evidence, order: order.toReversed() })).not.toEqual([]);
    const late = { client: CLIENTS, call: Infinity, return: Infinity, operation: 'tail', arguments: {} };
    const early = { ...late, result: { tail: 0 } };
    expect(faultsIn({ ...evidence, history: [...evidence.history, early] })).not.toEqual([]);
  });
});
