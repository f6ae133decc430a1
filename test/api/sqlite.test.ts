import { SqliteStore } from '../../src/store/sqlite/store.ts';
import { serveLocally } from '../support/serve-locally.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { apiSuite } from './api-suite.ts';

apiSuite('a server on SQLite', async () => {
  const directory = await temporaryDirectory();
  const serving = await serveLocally(new SqliteStore(directory.path), { longPollMs: 300, waitMaxMs: 100 });
  return {
    request: (path, init) => fetch(serving.url + path, init),
    stop: async () => {
      await serving.close();
      await directory.remove();
    },
  };
});
