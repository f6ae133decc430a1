// A service on a memory store, with small segments and a clock that is set by hand, for the tests of forks.

import type { CreateOptions, ForkOptions } from '../../src/api/streams.ts';
import type { LogOptions } from '../../src/log/options.ts';
import type { Store } from '../../src/log/store.ts';
import { holdsIn } from '../../src/log/trim-point.ts';
import { streamLogName } from '../../src/resource-names.ts';
import { open, type Service } from '../../src/service/service.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { faultyStore } from '../support/faulty-store.ts';
import { ManualClock } from '../support/manual-clock.ts';

export const TEXT = { contentType: 'text/plain' };
export const LOG_OPTIONS = { readTimeoutMs: 50, writeTimeoutMs: 50, segmentCapBytes: 60 };
export const HOUR_MS = 3_600_000;

export function serverOn(store: Store, clock = new ManualClock(), log: LogOptions = {}) {
  return { clock, service: open(store, { clock, log: { ...LOG_OPTIONS, clock, ...log } }) };
}

export function oneServer() {
  const faulty = faultyStore(new MemoryStore());
  return { faulty, store: faulty.store, ...serverOn(faulty.store) };
}

export async function textOf(service: Service, path: string, after = 0): Promise<string> {
  let text = '';
  for (let at = after; ; ) {
    const read = await service.stream(path).read(at);
    if (read.kind !== 'data') return read.kind;
    text += Buffer.from(read.body).toString();
    if (read.upToDate) return text;
    at = read.next;
  }
}

export async function created(service: Service, path: string, texts: readonly string[]): Promise<void> {
  await service.stream(path).create(TEXT);
  for (const text of texts) await service.stream(path).append(text, TEXT);
}

export function fork(service: Service, path: string, from: ForkOptions, options: CreateOptions = {}) {
  return service.stream(path).create({ ...options, fork: from });
}

export async function holdsOf(store: Store, path: string) {
  return holdsIn(await store.metadataRecord(streamLogName(path), 'trim-point'));
}

/** As a schedule does it, for hours. */
export async function sweep({ service, clock }: { service: Service; clock: ManualClock }): Promise<void> {
  for (let times = 0; times < 4; times += 1) {
    await service.maintain();
    clock.pass(1.1 * HOUR_MS);
  }
}

export async function basesOf(store: Store, path: string): Promise<number[]> {
  return (await store.range(streamLogName(path), 0, 1e6)).segments.map(({ base }) => base);
}

const LETTERS = [...'abcdefghijklmnopqrstuvwxyz'];
export const LONG = LETTERS.map((letter) => letter.repeat(25));
