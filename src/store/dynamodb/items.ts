// Segments and records as DynamoDB items, and back. The names of the attributes are listed in `../keys.ts`.

import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { assert } from '../../assert.ts';
import { originOf, originText } from '../../log/origin.ts';
import type { Expiry, LogMetadata, Past, Retention, Segment } from '../../log/segment.ts';
import type { MetadataRecord, MetadataRecordKind } from '../../log/store.ts';
import { blobPartition, logPartition, METADATA_RECORD_SORT_KEYS, uploadsPartition } from '../keys.ts';
import { producerAttributes, producersIn } from './producer-items.ts';

export type Item = Record<string, AttributeValue>;

export function segmentKey(log: string, base: number): Item {
  return { log: { S: logPartition(log) }, base: { N: String(base) } };
}

export function metadataRecordKey(log: string, kind: MetadataRecordKind): Item {
  if (kind === 'uploads') return { log: { S: uploadsPartition(log) }, base: { N: '0' } };
  return { log: { S: logPartition(log) }, base: { N: METADATA_RECORD_SORT_KEYS[kind] } };
}

export function blobKey(key: string): Item {
  return { log: { S: blobPartition(key) }, base: { N: '0' } };
}

export function itemOfSegment(log: string, segment: Segment): Item {
  const { metadata } = segment;
  return {
    ...segmentKey(log, segment.base),
    tail: { N: String(segment.tail) },
    entries: { L: segment.entries.map((entry) => ({ B: entry })) },
    bytes: { N: String(segment.bytes) },
    cap: { N: String(segment.cap) },
    incarnation: { N: String(metadata.incarnation) },
    ...(metadata.contentType === undefined ? {} : { contentType: { S: metadata.contentType } }),
    ...(metadata.fence === undefined ? {} : { fence: { N: String(metadata.fence) } }),
    ...(metadata.sequence === undefined ? {} : { sequence: { S: metadata.sequence } }),
    ...producerAttributes(metadata.producers),
    ...expiryAttributes(metadata.expiry),
    ...numberAttributes({
      keptMs: metadata.retention?.ageMs,
      keptBytes: metadata.retention?.bytes,
      pastBytes: metadata.past?.bytes,
      pastMs: metadata.past?.latestMs,
      uploadsFrom: metadata.uploadsFrom,
    }),
    ...(metadata.origin ? { origin: { S: originText(metadata.origin) } } : {}),
    ...(metadata.ended === undefined ? {} : { ended: { S: metadata.ended } }),
  };
}

export function segmentOfItem(item: Item): Segment {
  const ended = item['ended']?.S;
  assert(ended === undefined || ended === 'sealed' || ended === 'deleted', `ended is ${ended}`);
  const producers = producersIn(item);
  const metadata: LogMetadata = {
    incarnation: numberIn(item, 'incarnation'),
    ...(item['contentType'] ? { contentType: textIn(item, 'contentType') } : {}),
    ...(item['fence'] ? { fence: numberIn(item, 'fence') } : {}),
    ...(item['sequence'] ? { sequence: textIn(item, 'sequence') } : {}),
    ...(producers ? { producers } : {}),
    ...(item['expiresAt'] ? { expiry: expiryIn(item) } : {}),
    ...retentionIn(item),
    ...pastIn(item),
    ...(item['uploadsFrom'] ? { uploadsFrom: numberIn(item, 'uploadsFrom') } : {}),
    ...(item['origin'] ? { origin: originOf(textIn(item, 'origin')) } : {}),
    ...(ended ? { ended } : {}),
  };
  return {
    base: numberIn(item, 'base'),
    tail: numberIn(item, 'tail'),
    entries: (item['entries']?.L ?? []).map((element) => bytesIn(element)),
    bytes: numberIn(item, 'bytes'),
    cap: numberIn(item, 'cap'),
    metadata,
  };
}

function expiryAttributes(expiry: Expiry | undefined): Item {
  if (!expiry) return {};
  const { atMs, ttlMs, renewals } = expiry;
  return {
    expiresAt: { N: String(atMs) },
    renewals: { N: String(renewals) },
    ...(ttlMs === undefined ? {} : { ttl: { N: String(ttlMs) } }),
  };
}

function numberAttributes(numbers: Readonly<Record<string, number | undefined>>): Item {
  const known = Object.entries(numbers).filter(([, value]) => value !== undefined);
  return Object.fromEntries(known.map(([name, value]) => [name, { N: String(value) }]));
}

function retentionIn(item: Item): { readonly retention?: Retention } {
  const age = item['keptMs'] ? { ageMs: numberIn(item, 'keptMs') } : {};
  const bytes = item['keptBytes'] ? { bytes: numberIn(item, 'keptBytes') } : {};
  return item['keptMs'] || item['keptBytes'] ? { retention: { ...age, ...bytes } } : {};
}

function pastIn(item: Item): { readonly past?: Past } {
  if (!item['pastBytes']) return {};
  return { past: { bytes: numberIn(item, 'pastBytes'), latestMs: numberIn(item, 'pastMs') } };
}

function expiryIn(item: Item): Expiry {
  const ttl = item['ttl'] ? { ttlMs: numberIn(item, 'ttl') } : {};
  return { atMs: numberIn(item, 'expiresAt'), ...ttl, renewals: numberIn(item, 'renewals') };
}

export function itemOfMetadataRecord(log: string, kind: MetadataRecordKind, record: MetadataRecord): Item {
  return {
    ...metadataRecordKey(log, kind),
    version: { N: String(record.version) },
    record: { S: record.value },
  };
}

export function metadataRecordOfItem(item: Item): MetadataRecord {
  return { version: numberIn(item, 'version'), value: textIn(item, 'record') };
}

export function bytesIn(value: AttributeValue | undefined): Uint8Array {
  assert(value?.B !== undefined, 'an attribute of the table is not binary');
  return value.B;
}

function numberIn(item: Item, name: string): number {
  const value = Number(item[name]?.N);
  assert(Number.isSafeInteger(value), `attribute ${name} of the table is not an integer`);
  return value;
}

function textIn(item: Item, name: string): string {
  const value = item[name]?.S;
  assert(value !== undefined, `attribute ${name} of the table is not text`);
  return value;
}
