// The store on SQLite, for programs that have installed it.

export type { ProducerRequest, ProducerState, Producers, RequestsOfProducers } from './log/producers.ts';
export type { Expiry, LogMetadata, Segment, SegmentUpdate, WriteConditions } from './log/segment.ts';
export type {
  LastResult,
  MetadataRecord,
  MetadataRecordKind,
  MetadataRecords,
  OpenResult,
  RangeResult,
  Store,
  StoreTraits,
  UpdateResult,
} from './log/store.ts';
export { SqliteStore } from './store/sqlite/store.ts';
