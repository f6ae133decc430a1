// The API function with a table of its own on an emulator.

import { environmentOf, type Settings } from '../../functions/settings.ts';
import { dynamoDbClient } from '../../src/store/dynamodb/client.ts';
import { createTable } from '../../src/store/dynamodb/table.ts';
import { dynaliteKind, emulatorConfig } from './emulators.ts';
import { type LoadedFunction, loadFunction } from './lambda-runtime.ts';

export interface DeployedFunction {
  readonly api: LoadedFunction;
  readonly endpoint: string;
  /** What the construct tells every function of the deployment. */
  readonly environment: Record<string, string>;
  stop(): Promise<void>;
}

export interface DeployedOptions {
  readonly access?: Settings['access'];
  readonly streaming?: boolean;
  /** Default: false. */
  readonly console?: boolean;
}

const TABLE = 'ordinal';

export async function deployedFunction(options: DeployedOptions = {}): Promise<DeployedFunction> {
  const emulator = await dynaliteKind.start();
  const client = dynamoDbClient(emulatorConfig(emulator.endpoint));
  await createTable(client, TABLE);
  client.destroy();
  const { access = { kind: 'iam' }, streaming = true, console = false } = options;
  const environment = {
    ...environmentOf({
      table: TABLE,
      access,
      namespaces: ['default'],
      longPollMs: 300,
      responseStreaming: streaming,
      console,
    }),
    AWS_ENDPOINT_URL_DYNAMODB: emulator.endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    POWERTOOLS_METRICS_DISABLED: 'true',
  };
  const api = await loadFunction('api', environment);
  return {
    api,
    endpoint: emulator.endpoint,
    environment,
    async stop() {
      await api.unload();
      await emulator.stop();
    },
  };
}
