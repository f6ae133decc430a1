// The store on SQLite, for programs that have installed it.

export type { Origin } from './log/origin.ts';
export type { ProducerRequest, ProducerState, Producers, RequestsOfProducers } from './log/producers.ts';
export type {
  Expiry,
  LogMetadata,
  Past,
  Retention,
  Segment,
  SegmentUpdate,
  WriteConditions,
} from './log/segment.ts';
export type {
  LastResult,
  MetadataRecord,
  MetadataRecordKind,
  MetadataRecords,
  OpenResult,
  RangeResult,
  ShownRecordKind,
  Store,
  StoreTraits,
  UpdateResult,
} from './log/store.ts';
export { SqliteStore } from './store/sqlite/store.ts';
