import { SqliteStore } from '../../src/store/sqlite/store.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { conformance } from './conformance.ts';

conformance(async () => {
  const { path, remove } = await temporaryDirectory();
  return { store: new SqliteStore(path), stop: remove };
});
