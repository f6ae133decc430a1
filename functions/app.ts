// The app of a deployment: the one that `npm start` serves, with the access that the construct was given.

import { admitJwt } from '../src/access/json-web-token.ts';
import { type Admit, admitOperator } from '../src/access/principal.ts';
import { type App, createApp } from '../src/http/app.ts';
import type { Deployment } from './deployment.ts';
import type { AccessSettings } from './settings.ts';

/** Live readers are sent home well before the function's own limit. */
const EVENT_STREAM_MS = 45_000;

/** @param streams whether answers go out as they are made; an event stream that cannot ends at once, and its reader comes back */
export function openApp({ settings, telemetry, store }: Deployment, streams: boolean): App {
  return createApp(store, admitOf(settings.access), {
    longPollMs: settings.longPollMs,
    eventStreamMs: streams ? EVENT_STREAM_MS : 0,
    onRequest: telemetry.onRequest,
    onError: telemetry.onError,
  });
}

function admitOf(access: AccessSettings): Admit {
  return access.kind === 'jwt' ? admitJwt(access) : admitOperator;
}
