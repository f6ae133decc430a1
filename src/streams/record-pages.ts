// Reads of a stream record by record. Loaded with the first of them: most readers want the bytes alone.

import type * as api from '../api/streams.ts';
import type { Piece } from './piece.ts';

export function recordsOf({ records, data }: Piece): api.StreamRecords {
  const { contentType, next, upToDate, closed } = data;
  // A copy, because a record may lie in memory that others read.
  const own = records.map(({ position, timeMs, data: bytes }) => ({
    position,
    timeMs,
    value: new Uint8Array(bytes),
  }));
  return { kind: 'records', records: own, contentType, next, upToDate, closed };
}
