// The API as a Lambda Web Function: a plain HTTP server, many requests in one environment, so that appends
// commit in groups.

import { serve } from '../src/server/serve.ts';
import { openApp } from './app.ts';
import { openDeployment } from './deployment.ts';

const METRICS_EVERY_MS = 10_000;

const deployment = openDeployment();
const { settings, store, telemetry } = deployment;
const { host, port } = settings;
// Lambda sends nothing more to an environment that it ends, and leaves it little time.
const serving = await serve({ app: await openApp(deployment), store, host, port, graceMs: 0 });

const metrics = setInterval(() => telemetry.flush(), METRICS_EVERY_MS);

process.once('SIGTERM', () => {
  clearInterval(metrics);
  // The environment may end before everything has.
  telemetry.flush();
  serving.close().then(
    () => telemetry.flush(),
    (error: unknown) => telemetry.onError(error),
  );
});
