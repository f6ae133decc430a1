// Goal: a token guards a PostgreSQL row. Method: two writers in every order on a real server, which
// `npm run test:fence` starts; its statements and errors by a client of the test's own.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type FencedRow,
  type PostgresClient,
  updateFencedRow,
  upsertFencedRow,
} from '../../src/fence/postgres.ts';
import { explore } from './interleavings.ts';
import { type Connection, connectPostgres, postgresMissing } from './postgres-client.ts';

/** No measure of anything: thousands of statements take a while on a busy machine. */
const HANGS_AFTER_MS = 600_000;
const TABLE = ['shop "1"', 'Account$'] as const;
const QUOTED = '"shop ""1""" . "Account$"';
/** What a name may hold, a quotation mark included. */
const EVIL = 'key"; DROP TABLE x; --';

describe.skipIf(postgresMissing)('on PostgreSQL', () => {
  let connections: Connection[];
  let client: Connection;
  beforeAll(async () => {
    connections = [await connectPostgres(), await connectPostgres()];
    [client] = connections as [Connection];
    await client.query('CREATE SCHEMA IF NOT EXISTS "shop ""1"""', []);
    await client.query(
      `CREATE TABLE ${QUOTED} ("key""; DROP TABLE x; --" text, part int, value text, fence bigint,
        PRIMARY KEY ("key""; DROP TABLE x; --", part))`,
      [],
    );
  });
  afterAll(async () => {
    await client.query(`DROP TABLE ${QUOTED}`, []);
    await Promise.all(connections.map((connection) => connection.end()));
  });

  const rowOf = (id: string, value: string): FencedRow => ({
    table: TABLE,
    key: { [EVIL]: id, part: 1 },
    set: { value },
  });
  const update = (id: string, token: number, value = String(token)) =>
    updateFencedRow(client, rowOf(id, value), token);
  const upsert = (id: string, token: number, value = String(token)) =>
    upsertFencedRow(client, rowOf(id, value), token);
  const valueAt = async (id: string) => {
    const { rows } = await client.query(`SELECT value FROM ${QUOTED} WHERE "key""; DROP TABLE x; --" = $1`, [
      id,
    ]);
    return (rows[0] as { value: string } | undefined)?.value;
  };

  test('a greater token shuts out smaller ones, with updates and upserts alike', async () => {
    const id = randomUUID();
    expect(await update(id, 5)).toEqual({ kind: 'not-found' });
    expect(await upsert(id, 5)).toEqual({
      kind: 'written',
      row: { [EVIL]: id, part: 1, value: '5', fence: '5' },
    });
    expect(await upsert(id, 5, 'again')).toMatchObject({ kind: 'written', row: { value: 'again' } });
    const fenced = (fence: number) => ({ kind: 'fenced', definite: true, fence });
    expect(await upsert(id, 4)).toEqual(fenced(5));
    expect(await update(id, 4)).toEqual(fenced(5));
    expect(await update(id, Number.MAX_SAFE_INTEGER)).toMatchObject({ kind: 'written' });
    expect(await upsert(id, 5)).toEqual(fenced(Number.MAX_SAFE_INTEGER));
    expect(await valueAt(id)).toBe(String(Number.MAX_SAFE_INTEGER));
  });

  test('a row without a token takes any', async () => {
    const id = randomUUID();
    await client.query(`INSERT INTO ${QUOTED} VALUES ($1, 1, 'x', NULL)`, [id]);
    expect(await update(id, 0)).toMatchObject({ kind: 'written', row: { value: '0', fence: '0' } });
  });

  test('only the row of the whole key is written', async () => {
    const id = randomUUID();
    await client.query(`INSERT INTO ${QUOTED} VALUES ($1, 2, 'other', 9)`, [id]);
    expect(await update(id, 1)).toEqual({ kind: 'not-found' });
    expect(await upsert(id, 1)).toMatchObject({ kind: 'written', row: { part: 1 } });
  });

  test('what the statement cannot do is a definite failure', async () => {
    const write = { ...rowOf(randomUUID(), 'x'), table: 'nowhere' };
    const failed = { kind: 'failed', definite: true, message: 'PostgreSQL: 42P01' };
    expect(await updateFencedRow(client, write, 1)).toEqual(failed);
    expect(await upsertFencedRow(client, write, 1)).toEqual(failed);
  });

  test('two transactions at once: the later one waits, and is then refused', async () => {
    const id = randomUUID();
    await upsert(id, 0);
    const [first, second] = connections as [Connection, Connection];
    await first.query('BEGIN', []);
    expect(await updateFencedRow(first, rowOf(id, '2'), 2)).toMatchObject({ kind: 'written' });
    const waiting = updateFencedRow(second, rowOf(id, '1'), 1);
    await first.query('COMMIT', []);
    expect(await waiting).toEqual({ kind: 'fenced', definite: true, fence: 2 });
    expect(await valueAt(id)).toBe('2');
  });

  describe.each([
    ['update', updateFencedRow],
    ['upsert', upsertFencedRow],
  ] as const)('two writers in every order: %s', (kind, write) => {
    test('the row never goes back', { timeout: HANGS_AFTER_MS }, async () => {
      const newValue = async () => {
        const id = randomUUID();
        if (kind === 'update') await client.query(`INSERT INTO ${QUOTED} VALUES ($1, 1, '0', NULL)`, [id]);
        return {
          write: (token: 1 | 2, gate: <T>(call: () => Promise<T>, isRead?: boolean) => Promise<T>) => {
            const gated: PostgresClient = {
              query: (text, values) => gate(() => client.query(text, values), text.startsWith('SELECT')),
            };
            return write(gated, rowOf(id, String(token)), token);
          },
          owner: async () => Number((await valueAt(id)) ?? 0),
        };
      };
      expect(await explore(newValue, { faultsMax: 2, writesMax: 2 })).toBeGreaterThan(50);
    });
  });

  test('without the condition the row would go back', async () => {
    const newValue = async () => {
      const id = randomUUID();
      await upsert(id, 0);
      return {
        write: (token: 1 | 2, gate: <T>(call: () => Promise<T>) => Promise<T>) =>
          gate(() => client.query(`UPDATE ${QUOTED} SET value = $1`, [token])).then(() => ({
            kind: 'written',
          })),
        owner: async () => Number(await valueAt(id)),
      };
    };
    await expect(explore(newValue, { faultsMax: 0, writesMax: 1 })).rejects.toThrow('the value went back');
  });
});

describe('what a failure means', () => {
  const WRITE: FencedRow = { table: 'accounts', key: { id: 1 }, set: { value: 2 } };

  /** Answers each statement in turn with rows, or fails it. */
  function clientWith(...answers: (readonly unknown[] | Error)[]) {
    const left = [...answers];
    const client: PostgresClient = {
      async query() {
        const answer = left.shift();
        if (!answer) throw new Error('one statement too many');
        if (answer instanceof Error) throw answer;
        return { rows: answer };
      },
    };
    return client;
  }

  const error = (code?: string) => Object.assign(new Error('secret'), code === undefined ? {} : { code });

  test.each([
    ['23505', true],
    ['40001', true],
    ['42P01', true],
    ['57014', true],
    ['ECONNREFUSED', true],
    ['40003', false],
    ['08006', false],
    ['57P01', false],
    ['XX000', false],
    ['ECONNRESET', false],
    [undefined, false],
  ])('%s: definite %s', async (code, definite) => {
    const message = `PostgreSQL: ${code ?? 'no answer'}`;
    expect(await updateFencedRow(clientWith(error(code)), WRITE, 1)).toEqual({
      kind: 'failed',
      definite,
      message,
    });
    expect(await upsertFencedRow(clientWith(error(code)), WRITE, 1)).toMatchObject({ definite });
  });

  test('a refused write has done nothing, also when the row cannot be read', async () => {
    const lost = error('ECONNRESET');
    expect(await updateFencedRow(clientWith([], lost), WRITE, 1)).toMatchObject({
      kind: 'failed',
      definite: true,
    });
    expect(await upsertFencedRow(clientWith([], lost), WRITE, 1)).toEqual({
      kind: 'fenced',
      definite: true,
      fence: undefined,
    });
  });

  test('a row that was inserted after the update is updated', async () => {
    const row = { id: 1, value: 2, fence: '1' };
    expect(await updateFencedRow(clientWith([], [{ fence: null }], [row]), WRITE, 1)).toEqual({
      kind: 'written',
      row,
    });
  });

  test('a write without a whole key is none', () => {
    const nowhere = clientWith();
    for (const key of [{}, { id: null }, { id: undefined }, { '': 1 }, { 'a\0b': 1 }]) {
      expect(() => updateFencedRow(nowhere, { ...WRITE, key }, 1)).toThrow(RangeError);
      expect(() => upsertFencedRow(nowhere, { ...WRITE, key }, 1)).toThrow(RangeError);
    }
    expect(() => updateFencedRow(nowhere, WRITE, 1.5)).toThrow(RangeError);
  });
});
