// The app of a deployment: the one that `npm start` serves, with the access that the construct was given.

import { type Admit, admitOperator } from '../src/access/principal.ts';
import { type App, createApp } from '../src/protocols/http/app.ts';
import { open } from '../src/service/service.ts';
import type { Deployment } from './deployment.ts';
import type { AccessSettings } from './settings.ts';

/** Live readers are sent home well before the function's own limit. */
export const EVENT_STREAM_MS = 45_000;

/** The bundle has it beside the code. */
const CONSOLE = new URL('console.json', import.meta.url);

export async function openApp({ settings, telemetry, store }: Deployment): Promise<App> {
  const { onError, onRequest } = telemetry;
  return createApp(open(store, { onError }), await admissionBy(settings.access), {
    https: true,
    // A cold start without the console does not load what serves it.
    console: settings.console
      ? (await import('../src/protocols/http/console.ts')).consoleAt(CONSOLE)
      : undefined,
    longPollMs: settings.longPollMs,
    // An event stream that is not handed on ends at once, and its reader comes back.
    eventStreamMs: settings.responseStreaming ? EVENT_STREAM_MS : 0,
    onRequest,
    onError,
  });
}

async function admissionBy(access: AccessSettings): Promise<Admit> {
  if (access.kind === 'iam') return admitOperator;
  // A cold start without tokens does not load what checks them.
  const { admitJwt } = await import('../src/access/json-web-token.ts');
  return admitJwt(access);
}
