// The client of the package `pg`, which `npm run test:fence` brings, on the server that it starts.

import { createRequire } from 'node:module';
import type { PostgresClient } from '../../src/fence/postgres.ts';

export interface Connection extends PostgresClient {
  connect(): Promise<void>;
  end(): Promise<void>;
}

interface Settings {
  readonly modules: string;
  readonly port: number;
}

// biome-ignore lint/style/noProcessEnv: set by the script that starts the server
const given = process.env['ORDINAL_FENCE_POSTGRES'];
const settings: Settings | undefined = given === undefined ? undefined : JSON.parse(given);

export const postgresMissing = settings ? undefined : 'run `npm run test:fence`';

export async function connectPostgres(): Promise<Connection> {
  if (!settings) throw new Error(postgresMissing);
  // It is no dependency, so nobody knows its types here.
  const { Client } = createRequire(`${settings.modules}/`)('pg') as {
    Client: new (options: object) => Connection;
  };
  const client = new Client({
    host: '127.0.0.1',
    port: settings.port,
    user: 'postgres',
    database: 'postgres',
  });
  await client.connect();
  return client;
}
