// Clients that claim names and append to a stream through any of several servers, and remember what they were
// told; and the audit that holds their memory against what is there.

import { expect } from 'vitest';
import { textOf } from '../../src/encoding/binary.ts';
import { Log } from '../../src/log/log.ts';
import type { LogRecord } from '../../src/log/results.ts';
import type { Store } from '../../src/log/store.ts';

export interface Told {
  /** Acknowledged claims: name → owner and position. */
  readonly claims: Map<string, { owner: string; claimedAt: number }>;
  /** Acknowledged appends: text → position. */
  readonly appends: Map<string, number>;
  /** Texts of appends that were sent. */
  readonly sent: Set<string>;
}

export interface Load {
  readonly told: Told;
  stop(): Promise<void>;
}

export const STREAM = 'audit';

/**
 * Starts `clients` closed loops. A request that fails has an unknown outcome; the client goes on with another
 * server.
 */
export function startLoad(urls: () => readonly string[], clients: number, tag: string): Load {
  const told: Told = { claims: new Map(), appends: new Map(), sent: new Set() };
  let stopping = false;
  const loops = Array.from({ length: clients }, async (_, client) => {
    for (let index = 0; !stopping; index += 1) {
      const all = urls();
      const url = all[(client + index) % all.length] ?? '';
      const done = index % 2 === 0 ? claim(url, index) : append(url, client, index);
      await done.catch(() => new Promise((resolve) => setTimeout(resolve, 20)));
    }

    // Two neighbours want the same names, so that claims collide.
    async function claim(url: string, index: number): Promise<void> {
      const name = `${tag}-${Math.floor(client / 2)}-${index}`;
      const body = JSON.stringify({ owner: `client-${client}` });
      const response = await fetch(`${url}/v1/names/${name}`, { method: 'PUT', body });
      const answer = (await response.json()) as { owner: string; claimedAt: number };
      if (response.status !== 201 && response.status !== 200) return;
      told.claims.set(name, answer);
    }
  });

  async function append(url: string, client: number, index: number): Promise<void> {
    const text = `${tag}/${client}/${index}`;
    told.sent.add(text);
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${url}/v1/stream/${STREAM}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(text),
    });
    if (response.status !== 204) return;
    told.appends.set(text, Number(response.headers.get('ordinal-first-position')));
  }

  return {
    told,
    async stop() {
      stopping = true;
      await Promise.all(loops);
    },
  };
}

/** Every acknowledged claim and append is there, none twice, and both logs are dense. */
export async function audit(url: string, store: Store, told: readonly Told[]): Promise<void> {
  for (const { claims } of told) {
    for (const [name, expected] of claims) {
      const response = await fetch(`${url}/v1/names/${name}`);
      expect({ name, status: response.status, ...((await response.json()) as object) }).toMatchObject({
        name,
        status: 200,
        ...expected,
      });
    }
  }
  const stream = await allRecords(store, `stream/${STREAM}`);
  const texts = stream.map((record) => JSON.parse(textOf(record.data)) as string);
  expect(new Set(texts).size).toBe(texts.length);
  for (const { appends, sent } of told) {
    for (const [text, position] of appends) expect(texts[position - 1]).toBe(text);
    expect(texts.filter((text) => sent.has(text)).length).toBeGreaterThanOrEqual(appends.size);
  }
  await allRecords(store, 'namespace/default');
}

async function allRecords(store: Store, name: string): Promise<LogRecord[]> {
  const log = new Log(store, name);
  const records: LogRecord[] = [];
  let result = await log.read(0);
  for (;;) {
    if (result.kind !== 'records') throw new Error(`${name}: ${result.kind}`);
    records.push(...result.records);
    if (result.upToDate) break;
    result = await log.read(result.cursor);
  }
  expect(records.map((record) => record.position)).toEqual(records.map((_, index) => index + 1));
  return records;
}
