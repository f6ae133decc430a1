// Sequences of valid operations on names, and what they must come to: a Map, and a count of positions.

import fc from 'fast-check';
import { expect } from 'vitest';
import { MemoryStore } from '../../src/store/memory.ts';
import { newApp } from './open-api.ts';

/** Each with other spellings of the same name; the first is the canonical one. */
const SPELLINGS = [
  ['alice', 'Alice', 'ＡＬＩＣＥ', 'aLiCe'],
  ['ålice', 'Ålice', 'a\u030alice', 'A\u030aLICE'],
  ['a/b', 'A/B', 'a／b'],
  ['50%25', '50％25'],
  ['x?y#z&a=b+c', 'X?Y#Z&A=B+C'],
  ['שלום', 'שלום'],
  ['𠀀', '𠀀'],
  ['﨎', '﨎'],
  ['__proto__', '__PROTO__'],
] as const;
const CANONICAL = SPELLINGS.map(([canonical]) => canonical);

interface Write {
  readonly kind: 'claim' | 'release';
  readonly server: number;
  readonly name: readonly [canonical: string, spelling: string];
  readonly owner: string;
  readonly keyed: boolean;
}

type NameStep =
  | Write
  | { readonly kind: 'again'; readonly server: number; readonly which: number }
  | { readonly kind: 'look'; readonly server: number; readonly name: Write['name']; readonly how: string }
  | { readonly kind: 'list'; readonly server: number; readonly prefix: string; readonly limit: number }
  | { readonly kind: 'restart'; readonly server: number };

const server = fc.nat(1);
const name = fc
  .constantFrom(...SPELLINGS)
  .chain((spellings) => fc.constantFrom(...spellings).map((one) => [spellings[0], one] as const));
export const nameStep: fc.Arbitrary<NameStep> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constantFrom('claim' as const, 'claim' as const, 'release' as const),
      server,
      name,
      owner: fc.constantFrom('ann', 'Ann', 'бен 🙂'),
      keyed: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('again' as const), server, which: fc.nat() }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('look' as const),
      server,
      name,
      how: fc.constantFrom('', 'linearizable', 'sequenced', 'local'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('list' as const),
      server,
      prefix: fc.constantFrom('', 'a', 'A', 'å', 'A\u030a', 'Ａ', 'al', '5', '_', 'z'),
      limit: fc.integer({ min: 1, max: 4 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), server }) },
);

interface Told {
  readonly status: number;
  readonly position: number;
  readonly body: unknown;
}

class NamesModel {
  readonly holders = new Map<string, { name: string; owner: string; claimedAt: number }>();
  position = 0;

  write({ kind, name: [canonical], owner }: Write): Told {
    this.position += 1;
    const { position } = this;
    const holder = this.holders.get(canonical);
    if (holder && holder.owner !== owner) {
      const code = kind === 'claim' ? 'name-taken' : 'name-not-yours';
      return { status: 409, position, body: { code, holder } };
    }
    if (kind === 'release') {
      if (!this.holders.delete(canonical)) return { status: 404, position, body: { code: 'name-not-held' } };
      return { status: 204, position, body: undefined };
    }
    const holding = holder ?? { name: canonical, owner, claimedAt: position };
    this.holders.set(canonical, holding);
    return { status: holder ? 200 : 201, position, body: holding };
  }

  look([canonical]: Write['name'], how: string): Told {
    if (how === 'sequenced') this.position += 1;
    const holder = this.holders.get(canonical);
    const { position } = this;
    return holder
      ? { status: 200, position, body: holder }
      : { status: 404, position, body: { code: 'name-not-held' } };
  }

  list(prefix: string): unknown {
    const start = prefix.normalize('NFKC').toLowerCase();
    const found = CANONICAL.filter((one) => one.startsWith(start)).sort((a, b) =>
      Buffer.compare(Buffer.from(a), Buffer.from(b)),
    );
    return found.flatMap((one) => this.holders.get(one) ?? []);
  }
}

export async function replayOnNames(steps: readonly NameStep[]): Promise<void> {
  const store = new MemoryStore();
  const servers = [newApp(store), newApp(store)];
  const model = new NamesModel();
  const keyed: { write: Write; key: string; told: Told }[] = [];

  async function ask(which: number, method: string, path: string, init: RequestInit = {}): Promise<Told> {
    const url = `http://fuzz/v1/names${path}`;
    const response = await servers[which]?.fetch(new Request(url, { method, ...init }));
    const text = await response?.text();
    const position = Number(response?.headers.get('ordinal-position'));
    return { status: response?.status ?? 0, position, body: text ? JSON.parse(text) : undefined };
  }
  const pathOf = ([, spelling]: Write['name']) => `/${encodeURIComponent(spelling)}`;
  const write = ({ kind, name: asked, owner }: Write, which: number, key: string | undefined) =>
    ask(which, kind === 'claim' ? 'PUT' : 'DELETE', pathOf(asked), {
      headers: key === undefined ? {} : { 'idempotency-key': key },
      body: JSON.stringify({ owner }),
    });

  for (const [index, step] of steps.entries()) {
    switch (step.kind) {
      case 'claim':
      case 'release': {
        const key = step.keyed ? `key-${index}` : undefined;
        const before = model.position;
        const held = model.holders.size;
        const told = model.write(step);
        const answer = await write(step, step.server, key);
        // What changes nothing, and need not be remembered, may be answered without a record.
        const recordless = key === undefined && held === model.holders.size && answer.position === before;
        if (recordless) model.position = before;
        expect(answer).toMatchObject(recordless ? { ...told, position: before } : told);
        if (key !== undefined) keyed.push({ write: step, key, told });
        break;
      }
      case 'again': {
        const earlier = keyed[step.which % keyed.length];
        if (!earlier) break;
        // It takes a position, but neither changes anything nor answers anything new.
        model.position += 1;
        expect(await write(earlier.write, step.server, earlier.key)).toMatchObject(earlier.told);
        break;
      }
      case 'look': {
        const after = step.how === 'local' ? `&after=${model.position}` : '';
        const query = step.how === '' ? '' : `?consistency=${step.how}${after}`;
        const told = model.look(step.name, step.how);
        expect(await ask(step.server, 'GET', `${pathOf(step.name)}${query}`)).toMatchObject(told);
        break;
      }
      case 'list': {
        const query = `?prefix=${encodeURIComponent(step.prefix)}&limit=${step.limit}`;
        expect(await allPages((cursor) => ask(step.server, 'GET', `${query}${cursor}`))).toEqual(
          model.list(step.prefix),
        );
        break;
      }
      case 'restart':
        servers[step.server] = newApp(store);
    }
  }
  await Promise.all(servers.map((one) => one.idle()));
}

async function allPages(page: (cursor: string) => Promise<Told>): Promise<unknown[]> {
  const found: unknown[] = [];
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const { body } = await page(cursor && `&cursor=${cursor}`);
    const { names, cursor: next } = body as { names: unknown[]; cursor?: string };
    found.push(...names);
    cursor = next;
  }
  return found;
}
