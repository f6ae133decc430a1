import { admitOperator } from '../../src/access/principal.ts';
import { createApp } from '../../src/http/app.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { apiSuite } from './api-suite.ts';

apiSuite('the app in this process, memory', async () => {
  const app = createApp(new MemoryStore(), admitOperator, { longPollMs: 300, waitMaxMs: 100 });
  return {
    request: (path, init) => app.fetch(new Request(`http://ordinal.test${path}`, init)),
    stop: () => app.idle(),
  };
});
