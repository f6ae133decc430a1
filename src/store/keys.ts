// Every kind of item in every store, with its key, value and lifetime, on this one page.
//
// | item       | DynamoDB key           | SQLite table and key          | value            | lifetime      |
// | ---------- | ---------------------- | ----------------------------- | ---------------- | ------------- |
// | segment    | "log/<log>", base      | segments, (log, base)         | attributes below | until trimmed |
// | entry      | in its segment         | entries, (segment, position)  | a batch, encoded | with segment  |
// | trim point | "log/<log>", 10^16 + 1 | metadata_records, (log, kind) | JSON, version    | with the log  |
// | snapshot   | "log/<log>", 10^16 + 2 | metadata_records, (log, kind) | JSON, version    | with the log  |
// | uploads    | "uploads/<log>", 0     | metadata_records, (log, kind) | JSON, version    | with the log  |
// | blob       | "blob/<key>", 0        | blobs, key                    | written once     | see below     |
//
// The first two metadata records sort behind every segment (positions end at 9 * 10^15), so the one query
// that finds a log's last segment brings them along. The uploads have a partition of their own, so that the
// query does not read them. Blobs: "<log>/snapshot/..." (a chunk, for two snapshots), "<log>/large/<batch
// id>/..." (the bytes of a large append, until its segment is trimmed). Attributes of a segment in DynamoDB:
// log (the partition key), base (the sort key, a number), tail, entries, bytes, cap, incarnation,
// contentType, fence, sequence, expiresAt, ttl, renewals, keptMs, keptBytes, pastBytes, pastMs, uploadsFrom,
// origin (JSON), ended, and "producer/<id>" for each producer; the columns in SQLite stand in
// `sqlite/schema.ts`. These names and numbers are stored: they never change.
//
// Log names in use: "namespace/<namespace>" (a namespace's commands), "stream/<path>" (an HTTP stream),
// "system/deleted-logs", "system/namespaces".

import type { ShownRecordKind } from '../log/store.ts';

/** Sort keys as DynamoDB writes numbers; too large for a JavaScript number, so they stay text. */
export const METADATA_RECORD_SORT_KEYS = {
  'trim-point': '10000000000000001',
  snapshot: '10000000000000002',
} as const satisfies Record<ShownRecordKind, string>;

export const METADATA_RECORD_KIND_OF_SORT_KEY: ReadonlyMap<string, ShownRecordKind> = new Map(
  (Object.keys(METADATA_RECORD_SORT_KEYS) as ShownRecordKind[]).map((kind) => [
    METADATA_RECORD_SORT_KEYS[kind],
    kind,
  ]),
);

export function logPartition(log: string): string {
  return `log/${log}`;
}

export function uploadsPartition(log: string): string {
  return `uploads/${log}`;
}

export function blobPartition(key: string): string {
  return `blob/${key}`;
}
