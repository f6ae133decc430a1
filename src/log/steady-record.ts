// Reads items that a metadata record points to, while other processes may change both.

import type { MetadataRecord, MetadataRecordKind, Store } from './store.ts';

const LOOKS_MAX = 5;

/** Looks again if the record changed meanwhile, a few times at most. @throws StoreError */
export async function withSteadyRecord<T>(
  store: Store,
  log: string,
  kind: MetadataRecordKind,
  look: (record: MetadataRecord | undefined) => Promise<T>,
): Promise<T> {
  for (let times = 1; ; times += 1) {
    const record = await store.metadataRecord(log, kind);
    const seen = await look(record);
    const same = (await store.metadataRecord(log, kind))?.version === record?.version;
    if (same || times === LOOKS_MAX) return seen;
  }
}
