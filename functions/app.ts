// The app of a deployment: the one that `npm start` serves, with the access that the construct was given.

import { admitJwt } from '../src/access/json-web-token.ts';
import { admitOperator } from '../src/access/principal.ts';
import { type App, createApp } from '../src/protocols/http/app.ts';
import { open } from '../src/service/service.ts';
import type { Deployment } from './deployment.ts';

/** Live readers are sent home well before the function's own limit. */
const EVENT_STREAM_MS = 45_000;

export function openApp({ settings, telemetry, store }: Deployment): App {
  const { access } = settings;
  const { onError, onRequest } = telemetry;
  return createApp(open(store, { onError }), access.kind === 'jwt' ? admitJwt(access) : admitOperator, {
    https: true,
    longPollMs: settings.longPollMs,
    // An event stream that is not handed on ends at once, and its reader comes back.
    eventStreamMs: settings.responseStreaming ? EVENT_STREAM_MS : 0,
    onRequest,
    onError,
  });
}
