// A piece of a stream, as a read of its log has found it.

import type { Failed } from '../api/common.ts';
import type * as api from '../api/streams.ts';
import { isEnd } from '../log/log.ts';
import type { Cursor, LogRecord, Records } from '../log/results.ts';
import { isJson, typeOf } from './content-type.ts';
import { joined } from './joined.ts';
import { jsonArrayParts } from './json-records.ts';

/**
 * Where to read from: after a position, from the first record, from the tail as it is now, or on from a
 * piece.
 */
export type From = number | 'start' | 'now' | Cursor;

/** A piece of a stream: the data of the records at `after + 1` to `data.next`. */
export interface Piece {
  readonly kind: 'piece';
  readonly after: number;
  readonly data: api.StreamData;
  readonly records: readonly LogRecord[];
  /** To go on from here costs one round trip. */
  readonly cursor: Cursor;
}

export type PieceResult =
  | Piece
  | api.Missing
  /** `first` is the first position that can be read, once it is written. */
  | { readonly kind: 'trimmed'; readonly first: number }
  | { readonly kind: 'beyond-tail'; readonly tail: number }
  | Failed;

export function isEmpty({ after, data }: Piece): boolean {
  return after === data.next;
}

export function pieceOf(result: Records): Piece {
  const { records, cursor, metadata, upToDate } = result;
  const contentType = typeOf(metadata);
  const all = records.map((record) => record.data);
  const body = joined(isJson(contentType) ? jsonArrayParts(all) : all);
  const data = {
    kind: 'data',
    body,
    contentType,
    next: cursor.after,
    upToDate,
    closed: isEnd(result),
  } as const;
  return { kind: 'piece', after: cursor.after - records.length, data, records, cursor };
}
