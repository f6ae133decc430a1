// The conformance suite of the Durable Streams protocol, by its authors, against a server of ours.

import { runConformanceTests } from '@durable-streams/server-conformance-tests';
import { afterAll, beforeAll } from 'vitest';
import type { Store } from '../../src/log/store.ts';
import { sharingWith } from '../../src/protocols/http/cors.ts';
import { serveLocally } from '../support/serve-locally.ts';

/** Two tests wait for the end of a long-poll. */
const LONG_POLL_MS = 500;
/** The suite asks as a page of this origin. */
const PAGE = 'https://example.com';

interface Opened {
  readonly store: Store;
  stop(): Promise<void>;
}

export function conformance(open: () => Promise<Opened>): void {
  const server = { baseUrl: '' };
  let stop = async (): Promise<void> => undefined;

  beforeAll(async () => {
    const opened = await open();
    const serving = await serveLocally(opened.store, {
      longPollMs: LONG_POLL_MS,
      sharing: sharingWith([PAGE]),
    });
    server.baseUrl = serving.url;
    stop = async () => {
      await serving.close();
      await opened.stop();
    };
  });
  afterAll(() => stop());
  runConformanceTests(server);
}
