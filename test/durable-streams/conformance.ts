// The conformance suite of the Durable Streams protocol, by its authors, against a server of ours.

import { runConformanceTests } from '@durable-streams/server-conformance-tests';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { Store } from '../../src/log/store.ts';
import { sharingWith } from '../../src/protocols/http/cors.ts';
import { serveLocally } from '../support/serve-locally.ts';

/** Two tests wait for the end of a long-poll. */
const LONG_POLL_MS = 500;
/** The suite asks as a page of this origin. */
const PAGE = 'https://example.com';

/** Groups of the suite that are for parts of the protocol which this server refuses. */
const NOT_SUPPORTED: readonly string[] = ['Fork - '];

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
  beforeEach(({ task, skip }) => {
    const group = task.suite?.fullTestName ?? '';
    skip(
      NOT_SUPPORTED.some((part) => group.includes(part)),
      'not supported',
    );
  });

  runConformanceTests(server);
}
