// A memory store that shows the keys of its blobs.

import { MemoryStore } from '../../src/store/memory.ts';

export class BlobsShown extends MemoryStore {
  readonly keys = new Set<string>();

  override async putBlob(key: string, bytes: Uint8Array) {
    this.keys.add(key);
    return super.putBlob(key, bytes);
  }

  override async removeBlob(key: string) {
    this.keys.delete(key);
    return super.removeBlob(key);
  }
}
