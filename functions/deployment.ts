// What every function is made of: the app on the table of the deployment, and its telemetry. Made once per environment.

import { admitJwt } from '../src/access/json-web-token.ts';
import { type Admit, admitOperator } from '../src/access/principal.ts';
import { type App, createApp } from '../src/http/app.ts';
import type { Store } from '../src/log/store.ts';
import { dynamoDbClient } from '../src/store/dynamodb/client.ts';
import { DynamoDbStore } from '../src/store/dynamodb/store.ts';
import { type AccessSettings, type Listening, type Settings, settingsOf } from './settings.ts';
import { Telemetry } from './telemetry.ts';

export interface Deployment {
  readonly settings: Settings & Listening;
  readonly telemetry: Telemetry;
  readonly store: Store;
}

export function openDeployment(): Deployment {
  // biome-ignore lint/style/noProcessEnv: the one place of the functions that reads the environment
  const settings = settingsOf(process.env);
  const telemetry = new Telemetry(settings.table);
  const store = new DynamoDbStore({
    client: dynamoDbClient(),
    table: settings.table,
    observe: telemetry.onStoreCall,
  });
  return { settings, telemetry, store };
}

/** An environment is frozen between requests, so nothing may rely on time passing: live readers are sent home well before the function's own limit. */
const EVENT_STREAM_MS = 45_000;

export function openApp({ settings, telemetry, store }: Deployment): App {
  return createApp(store, admitOf(settings.access), {
    eventStreamMs: EVENT_STREAM_MS,
    onRequest: telemetry.onRequest,
    onError: telemetry.onError,
  });
}

function admitOf(access: AccessSettings): Admit {
  return access.kind === 'jwt' ? admitJwt(access) : admitOperator;
}
