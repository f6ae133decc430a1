// A fencing token as a condition on the write of a PostgreSQL row, for any client that has `query(text,
// values)`.

import type { Failed } from '../api/common.ts';
import { membersOf } from './aws-error.ts';
import { checkToken, type Fenced, failed, tokenIn } from './results.ts';

/** A `Client`, `Pool` or `PoolClient` of the package `pg`, or an object with the same method. */
export interface PostgresClient {
  query(text: string, values: unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
}

export type Row = Readonly<Record<string, unknown>>;

export interface FencedRow {
  /** The table, with its schema before it where it needs one: `['shop', 'accounts']`. */
  readonly table: string | readonly string[];
  /** Columns and values that identify the row. */
  readonly key: Row;
  /** Columns and values to write. */
  readonly set: Row;
  /** The column, of type `bigint`, that keeps the greatest token. Default: `fence`. */
  readonly fenceColumn?: string | undefined;
}

/** Within a transaction of the caller's it counts once that has committed. */
export interface RowWritten {
  readonly kind: 'written';
  /** The row as it is now, with all of its columns. */
  readonly row: Row;
}

export type UpdateRowResult = RowWritten | { readonly kind: 'not-found' } | Fenced | Failed;

export type UpsertRowResult = RowWritten | Fenced | Failed;

/** How often a row is tried that others delete and insert again and again. */
const TRIES_MAX = 5;

/** Updates the row, unless a greater token has been written to it. */
export function updateFencedRow(
  client: PostgresClient,
  write: FencedRow,
  token: number,
): Promise<UpdateRowResult> {
  const { text, values } = updateStatement(write, token);
  return run(async () => {
    for (let tries = 0; tries < TRIES_MAX; tries += 1) {
      const written = await rowOf(client, text, values);
      if (written) return { kind: 'written', row: written };
      const there = await lookAt(client, write).catch(() => 'unread' as const);
      if (there === 'unread')
        return failed(true, 'PostgreSQL: nothing was written, for a reason that is not known');
      if (!there) return { kind: 'not-found' };
      const fence = tokenIn(there['fence']);
      // Otherwise the row was inserted since, and its token is no reason to refuse this one.
      if (fence !== undefined && fence > token) return { kind: 'fenced', definite: true, fence };
    }
    return failed(true, 'PostgreSQL: the row came and went');
  });
}

/** Inserts the row, or updates the one that is there unless a greater token has been written to it. */
export function upsertFencedRow(
  client: PostgresClient,
  write: FencedRow,
  token: number,
): Promise<UpsertRowResult> {
  const { text, values } = upsertStatement(write, token);
  return run(async () => {
    const written = await rowOf(client, text, values);
    if (written) return { kind: 'written', row: written };
    // The write was refused in any case. This read only finds the token that refused it.
    const there = await lookAt(client, write).catch(() => undefined);
    const fence = tokenIn(there?.['fence']);
    return { kind: 'fenced', definite: true, fence };
  });
}

interface Statement {
  readonly text: string;
  readonly values: unknown[];
}

function updateStatement(write: FencedRow, token: number): Statement {
  const { table, fence, keys, columns } = partsOf(write, token);
  const assigned = [...columns, fence].map((column, index) => `${column} = $${index + 1}`);
  const last = assigned.length;
  const matched = keys.map((column, index) => `${column} = $${last + index + 1}`);
  const text = `UPDATE ${table} SET ${assigned.join(', ')}
    WHERE ${matched.join(' AND ')} AND (${fence} IS NULL OR ${fence} <= $${last}) RETURNING *`;
  return { text, values: [...Object.values(write.set), token, ...Object.values(write.key)] };
}

function upsertStatement(write: FencedRow, token: number): Statement {
  const { table, fence, keys, columns } = partsOf(write, token);
  const all = [...keys, ...columns, fence];
  const assigned = [...columns, fence].map((column) => `${column} = EXCLUDED.${column}`);
  const text = `INSERT INTO ${table} AS there (${all.join(', ')})
    VALUES (${all.map((_, index) => `$${index + 1}`).join(', ')})
    ON CONFLICT (${keys.join(', ')}) DO UPDATE SET ${assigned.join(', ')}
    WHERE there.${fence} IS NULL OR there.${fence} <= EXCLUDED.${fence} RETURNING *`;
  return { text, values: [...Object.values(write.key), ...Object.values(write.set), token] };
}

function partsOf({ table, key, set, fenceColumn = 'fence' }: FencedRow, token: number) {
  checkToken(token);
  const values = Object.values(key);
  // Without a key the statement would write every row, and a key that is NULL equals none.
  if (values.length === 0) throw new RangeError('a fenced write needs the key of its row');
  if (values.includes(null) || values.includes(undefined)) throw new RangeError('a key has no NULL in it');
  return {
    table: quotedTable(table),
    fence: quoted(fenceColumn),
    keys: Object.keys(key).map(quoted),
    columns: Object.keys(set).map(quoted),
  };
}

async function lookAt(client: PostgresClient, write: FencedRow): Promise<Row | undefined> {
  const matched = Object.keys(write.key).map((column, index) => `${quoted(column)} = $${index + 1}`);
  const fence = quoted(write.fenceColumn ?? 'fence');
  const text = `SELECT ${fence} AS fence FROM ${quotedTable(write.table)} WHERE ${matched.join(' AND ')}`;
  return rowOf(client, text, Object.values(write.key));
}

async function rowOf(client: PostgresClient, text: string, values: unknown[]): Promise<Row | undefined> {
  const { rows } = await client.query(text, values);
  return rows.length === 0 ? undefined : membersOf(rows[0]);
}

function quotedTable(table: string | readonly string[]): string {
  return (typeof table === 'string' ? [table] : table).map(quoted).join('.');
}

function quoted(identifier: string): string {
  if (identifier === '' || identifier.includes('\0')) throw new RangeError(`no identifier: "${identifier}"`);
  return `"${identifier.replaceAll('"', '""')}"`;
}

async function run<T>(statements: () => Promise<T>): Promise<T | Failed> {
  try {
    return await statements();
  } catch (error) {
    const code = String(membersOf(error)['code'] ?? 'no answer');
    return failed(isDefinite(code), `PostgreSQL: ${code}`);
  }
}

/**
 * The classes of SQLSTATE with which a statement is undone: data, integrity, transaction state, rollback,
 * syntax and access, limits, and a state that does not fit. With any other, as after a lost connection, the
 * statement may have committed.
 */
const UNDONE = /^(?:22|23|25|28|40|42|54|55)[0-9A-Z]{3}$|^57014$|^3[DF]000$/u;
const STATEMENT_COMPLETION_UNKNOWN = '40003';

function isDefinite(code: string): boolean {
  return code === 'ECONNREFUSED' || (UNDONE.test(code) && code !== STATEMENT_COMPLETION_UNKNOWN);
}
