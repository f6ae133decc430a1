// Goal: no answer, however it ends, ends the environment with it. Method: functions on the runtime that AWS runs for Node.js, in a
// process of its own, invoked one after the other. `npm run test:lambda-runtime` brings the runtime.

import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { environmentOf } from '../../functions/settings.ts';
import { bundle } from '../../infra/bundle.ts';
import { dynamoDbClient } from '../../src/store/dynamodb/client.ts';
import { createTable } from '../../src/store/dynamodb/table.ts';
import { cleanUp, directory } from '../support/clean-up.ts';
import { dynaliteKind, emulatorConfig } from '../support/emulators.ts';
import { functionUrlEvent } from '../support/function-url.ts';
import { type Answered, startRuntimeApi } from './runtime-api.ts';
import { RUNTIMES, startRuntime } from './runtimes.ts';

// biome-ignore lint/style/noProcessEnv: set by the script that brings the runtimes
const cache = process.env['ORDINAL_LAMBDA_RUNTIMES'];

if (cache === undefined) {
  describe('the runtime of AWS', () => {
    test.skip('not run: run `npm run test:lambda-runtime`', () => {});
  });
} else {
  for (const runtime of RUNTIMES) runtimeSuite(runtime, cache);
}

interface Started {
  ask(path: string, init?: RequestInit): Promise<Answered>;
}

function runtimeSuite(runtime: (typeof RUNTIMES)[number], cache: string): void {
  async function start(folder: string, env: Record<string, string> = {}): Promise<Started> {
    const api = await startRuntimeApi();
    cleanUp.push(() => api.stop());
    const environment = startRuntime(runtime, { cache, folder, api: api.address, env });
    cleanUp.push(() => environment.stop());
    const ended = environment.exited.then((code) => {
      throw new Error(`the environment ended with ${code}: ${environment.output()}`);
    });
    ended.catch(() => undefined);
    const ask = async (path: string, init?: RequestInit) => {
      const request = new Request(`https://urlid.lambda-url.eu-west-1.on.aws${path}`, init);
      return Promise.race([api.invoke(await functionUrlEvent(request, { signed: true })), ended]);
    };
    return { ask };
  }

  async function startOdd(): Promise<Started> {
    const folder = await directory();
    buildSync({
      entryPoints: ['test/lambda-runtime/odd-answers.ts'],
      outfile: join(folder, 'index.mjs'),
      bundle: true,
      platform: 'node',
      format: 'esm',
    });
    return start(folder);
  }

  describe(`the runtime of AWS, ${runtime.version}`, () => {
    test.each([
      ['/broken', 'piece piece piece '],
      ['/broken-at-once', ''],
    ])(
      'an answer that breaks off (%s) is reported, and the next request meets the same process',
      async (path, body) => {
        const { ask } = await startOdd();
        const first = await ask('/');
        const broken = await ask(path);
        expect(broken).toMatchObject({ prelude: { statusCode: 200 }, body, errorType: 'TypeError' });
        expect(await ask('/')).toEqual(first);
      },
    );

    test('answers without a body and long ones are whole', async () => {
      const { ask } = await startOdd();
      expect(await ask('/empty')).toMatchObject({ prelude: { statusCode: 204 }, body: '' });
      expect((await ask('/long')).body).toHaveLength(200_000 * 'piece '.length);
    });

    test('the API, and an event stream that ends when its time is over', async () => {
      const emulator = await dynaliteKind.start();
      cleanUp.push(() => emulator.stop());
      const client = dynamoDbClient(emulatorConfig(emulator.endpoint));
      await createTable(client, 'ordinal');
      client.destroy();
      const folder = await directory();
      bundle('api', folder);
      const { ask } = await start(folder, {
        ...environmentOf({
          table: 'ordinal',
          access: { kind: 'iam' },
          namespaces: ['default'],
          longPollMs: 300,
          responseStreaming: true,
          console: false,
        }),
        AWS_ENDPOINT_URL_DYNAMODB: emulator.endpoint,
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
      });
      const claim = await ask('/v1/names/ann', { method: 'PUT', body: '{"owner":"ann"}' });
      expect(claim).toMatchObject({ prelude: { statusCode: 201 }, errorType: undefined });
      expect(JSON.parse(claim.body)).toMatchObject({ name: 'ann', owner: 'ann' });
      expect((await ask('/v1/names/bob')).prelude.statusCode).toBe(404);
      await ask('/v1/stream/s', { method: 'PUT', body: 'x', headers: { 'stream-closed': 'true' } });
      const events = await ask('/v1/stream/s?offset=-1&live=sse');
      expect(events).toMatchObject({ prelude: { statusCode: 200 }, errorType: undefined });
      expect(events.body).toContain('event: data');
    });
  });
}
