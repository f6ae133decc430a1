import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LmdbStore } from '../../src/store/lmdb/store.ts';
import { storeContract } from './store-contract.ts';

storeContract('lmdb', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'ordinal-'));
  const store = new LmdbStore(directory);
  const stop = async () => {
    await store.close();
    await rm(directory, { recursive: true });
  };
  return { store, stop };
});
