// Goal: a function finds the credentials of its role wherever AWS puts them. Method: the provider as the SDK calls it, with an
// environment of its own and a server in the place of the one that AWS runs.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { defaultProvider } from '../../functions/hosted-credentials.ts';

const IN_ENVIRONMENT = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'];

afterEach(() => {
  vi.unstubAllEnvs();
});

function withoutCredentials(): void {
  for (const name of IN_ENVIRONMENT) vi.stubEnv(name, undefined);
}

test('in the environment', async () => {
  for (const name of IN_ENVIRONMENT) vi.stubEnv(name, name.toLowerCase());
  expect(await defaultProvider()()).toMatchObject({
    accessKeyId: 'aws_access_key_id',
    secretAccessKey: 'aws_secret_access_key',
    sessionToken: 'aws_session_token',
  });
});

test('at the address that the environment names, until they expire', async () => {
  withoutCredentials();
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked.push(request.headers.authorization);
    const Expiration = new Date(Date.now() + 3_600_000).toISOString();
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({ AccessKeyId: 'key', SecretAccessKey: 'secret', Token: 'session', Expiration }),
    );
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  vi.stubEnv('AWS_CONTAINER_CREDENTIALS_FULL_URI', `http://127.0.0.1:${port}/role`);
  vi.stubEnv('AWS_CONTAINER_AUTHORIZATION_TOKEN', 'for-this-environment');
  const credentials = await defaultProvider()();
  expect(credentials).toMatchObject({
    accessKeyId: 'key',
    secretAccessKey: 'secret',
    sessionToken: 'session',
  });
  expect(credentials.expiration?.getTime()).toBeGreaterThan(Date.now());
  expect(asked).toEqual(['for-this-environment']);
  await new Promise((resolve) => server.close(resolve));
});

test('nowhere: the error names what is missing', async () => {
  withoutCredentials();
  vi.stubEnv('AWS_CONTAINER_CREDENTIALS_FULL_URI', undefined);
  vi.stubEnv('AWS_CONTAINER_CREDENTIALS_RELATIVE_URI', undefined);
  await expect(defaultProvider()()).rejects.toThrow('AWS_CONTAINER_CREDENTIALS_FULL_URI');
});
