// Lists in pages: as many as the reader has asked for, one after the other.

import type { Outcome } from './http.ts';

export interface Listed<Row> {
  readonly rows: readonly Row[];
  readonly more: boolean;
}

export type Query = Readonly<Record<string, string | number | undefined>>;

export const PAGE_ROWS = 200;

interface Pages<Body, Row> {
  readonly count: number;
  /** @param next the query of the page; undefined for the first one */
  ask(next: Query | undefined): Promise<Outcome<Body>>;
  rowsOf(body: Body): readonly Row[];
  /** Undefined on the last page. */
  nextOf(body: Body): Query | undefined;
}

export async function listed<Body, Row>({
  count,
  ask,
  rowsOf,
  nextOf,
}: Pages<Body, Row>): Promise<Outcome<Listed<Row>>> {
  const rows: Row[] = [];
  let next: Query | undefined;
  for (let page = 1; ; page += 1) {
    const outcome = await ask(next);
    if (outcome.kind === 'problem') return outcome;
    rows.push(...rowsOf(outcome.body));
    next = nextOf(outcome.body);
    if (next === undefined || page >= count) return { ...outcome, body: { rows, more: next !== undefined } };
  }
}

/** The query with its question mark; members that are undefined or empty are left out. */
export function queryOf(members: Query): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(members)) {
    if (value !== undefined && value !== '') query.set(name, String(value));
  }
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}
