import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteStore } from '../../src/store/sqlite/store.ts';
import { storeContract } from './store-contract.ts';

storeContract('sqlite', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'ordinal-'));
  const store = new SqliteStore(directory);
  const stop = async () => {
    await store.close();
    await rm(directory, { recursive: true });
  };
  return { store, stop };
});
