// Lists, which come in pages: printed page by page, so that a long one needs no more memory than a short one.

import { LIST_ENTRIES_MAX } from '../limits.ts';
import { type Cell, json, line, note, tableText } from './output.ts';

export interface ListOptions {
  readonly prefix?: string | undefined;
  /** The most entries. Default: all. */
  readonly limit?: number | undefined;
  readonly json?: true | undefined;
}

export interface Listing<Entry, Cursor> {
  readonly headings: readonly string[];
  readonly rowOf: (entry: Entry) => readonly Cell[];
  readonly whenEmpty: string;
  /** The page at the cursor, and the cursor of the next one; undefined at the end. */
  page(
    cursor: Cursor | undefined,
    limit: number,
  ): Promise<{ readonly entries: readonly Entry[]; readonly next: Cursor | undefined }>;
}

/**
 * For people a table, whose columns are as wide as each page needs. For scripts a line of JSON for each
 * entry.
 */
export async function printList<Entry, Cursor>(
  { limit = Number.POSITIVE_INFINITY, json: asJson }: ListOptions,
  { headings, rowOf, whenEmpty, page }: Listing<Entry, Cursor>,
): Promise<void> {
  let printed = 0;
  let cursor: Cursor | undefined;
  do {
    const { entries, next } = await page(cursor, Math.min(LIST_ENTRIES_MAX, limit - printed));
    if (asJson) for (const entry of entries) await json(entry);
    else if (entries.length > 0) {
      const text = tableText(headings, entries.map(rowOf));
      await line(printed === 0 ? text : text.slice(text.indexOf('\n') + 1));
    }
    printed += entries.length;
    cursor = next;
  } while (cursor !== undefined && printed < limit);
  if (printed === 0 && !asJson) note(whenEmpty);
}

/** The page of a list that goes on after the name of its last entry. */
export function pageAfter<Entry>(
  entries: readonly Entry[],
  more: boolean,
  nameOf: (entry: Entry) => string,
): { readonly entries: readonly Entry[]; readonly next: string | undefined } {
  const last = entries.at(-1);
  return { entries, next: more && last !== undefined ? nameOf(last) : undefined };
}
