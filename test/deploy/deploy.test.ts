// Goal: what `cdk deploy` made is the API, over its URL and invoked directly, and asks for credentials. `npm run test:deploy` deploys,
// runs this, and destroys.

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { lambdaTransport, signedTransport } from '../../src/client/aws/transport.ts';
import type { Transport } from '../../src/client/transport.ts';
import { apiSuite } from '../api/api-suite.ts';

// biome-ignore lint/style/noProcessEnv: set by the script that deploys
const { ORDINAL_DEPLOYED, AWS_ENDPOINT_URL = '', AWS_ACCESS_KEY_ID = '' } = process.env;

const outputs = z.object({
  Url: z.url(),
  Function: z.string(),
  MaintenanceFunction: z.string(),
});

if (ORDINAL_DEPLOYED === undefined) {
  describe('API: a deployment', () => {
    test.skip('not run: run `npm run test:deploy`', () => {});
  });
} else {
  deploymentSuite(outputs.parse(JSON.parse(ORDINAL_DEPLOYED)));
}

function deploymentSuite(deployed: z.infer<typeof outputs>): void {
  const credentials = { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: 'test' };
  const url = new URL(deployed.Url);
  const signed = signedTransport({ region: 'us-east-1', credentials, fetch: toEmulator });
  const client = new LambdaClient({ maxAttempts: 1 });
  const direct = lambdaTransport(client, deployed.Function);
  const through = (transport: Transport) => async () => ({
    request: (path: string, init?: RequestInit) => transport(new Request(new URL(path, url), init)),
    stop: async () => undefined,
  });

  // An emulator on one machine starts a process for each request at once.
  const options = { streams: false, concurrency: 16 };
  apiSuite('a deployment, by its URL', through(signed), options);
  apiSuite('a deployment, invoked directly', through(direct), options);

  test('without credentials: nothing', async () => {
    const put = new Request(new URL('/v1/names/eve', url), { method: 'PUT', body: '{"owner":"eve"}' });
    expect((await toEmulator(put)).status).toBe(403);
    expect((await signed(new Request(new URL('/v1/names/eve', url)))).status).toBe(404);
  });

  test('the snippet of the deployment guide that invokes the function directly', async () => {
    const guide = await readFile('docs/deployment.md', 'utf8');
    const [, snippet = ''] = /```ts\n([^`]*lambdaTransport[^`]*)```/.exec(guide) ?? [];
    // biome-ignore lint/style/noProcessEnv: the endpoint and the credentials of the emulator
    const env = { ...process.env, ORDINAL_FUNCTION: deployed.Function };
    const args = ['--input-type=module', '--eval', snippet];
    const { stdout } = await promisify(execFile)(process.execPath, args, { env });
    expect(stdout).toBe("{ kind: 'appended', first: 1, last: 2, closed: false }\n");
  });

  test('the maintenance function does its work', async () => {
    const answer = await client.send(new InvokeCommand({ FunctionName: deployed.MaintenanceFunction }));
    expect({ status: answer.StatusCode, error: answer.FunctionError }).toEqual({
      status: 200,
      error: undefined,
    });
  });
}

/** The URL's own host names nothing here: the request goes to the emulator, which looks at the header. */
async function toEmulator(request: Request): Promise<Response> {
  const { hostname, port } = new URL(AWS_ENDPOINT_URL);
  const url = new URL(request.url);
  const body = Buffer.from(await request.arrayBuffer());
  const headers = {
    ...Object.fromEntries(request.headers),
    host: url.host,
    'content-length': String(body.length),
  };
  const message = await new Promise<IncomingMessage>((resolve, reject) => {
    const options = { hostname, port, path: url.pathname + url.search, method: request.method, headers };
    httpRequest(options, resolve).on('error', reject).end(body);
  });
  const status = message.statusCode ?? 0;
  const answered = new Headers();
  for (const [name, value] of Object.entries(message.headers))
    if (value !== undefined) answered.set(name, String(value));
  const bodiless = status === 204 || status === 304 || request.method === 'HEAD';
  if (bodiless) message.resume();
  return new Response(bodiless ? null : (Readable.toWeb(message) as ReadableStream), {
    status,
    headers: answered,
  });
}
