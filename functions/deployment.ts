// The parts of every function: its settings, the table of the deployment, and telemetry. Made once per
// environment.

import type { Store } from '../src/log/store.ts';
import { dynamoDbClient } from '../src/store/dynamodb/client.ts';
import { DynamoDbStore } from '../src/store/dynamodb/store.ts';
import { type Listening, type Settings, settingsOf } from './settings.ts';
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
