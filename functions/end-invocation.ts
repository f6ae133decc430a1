// The end of an invocation: the environment may be frozen, or end, as soon as it is over.

import type { App } from '../src/protocols/http/app.ts';
import type { Telemetry } from './telemetry.ts';

export async function endInvocation(
  app: Pick<App, 'idle'>,
  telemetry: Pick<Telemetry, 'flush'>,
): Promise<void> {
  // The first flush sends the measurements so far, in case the time is over before the rest has ended.
  telemetry.flush();
  await app.idle();
  telemetry.flush();
}
