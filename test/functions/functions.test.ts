// Goal: the functions trust nothing that a caller could have written, say what is wrong with their settings, and keep namespaces in order.
// Method: their bundles in this process, with events that are odd in one way each.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { environmentOf, settingsOf } from '../../functions/settings.ts';
import { type Clock, systemClock } from '../../src/clock.ts';
import { Kernel } from '../../src/coordination/kernel.ts';
import { Names } from '../../src/coordination/names.ts';
import { responseOf } from '../../src/lambda/prelude.ts';
import { RECORD_BYTES_MAX } from '../../src/limits.ts';
import { Log } from '../../src/log/log.ts';
import { contentTypeOf } from '../../src/replica/identity.ts';
import { Replica } from '../../src/replica/replica.ts';
import { snapshotsOf } from '../../src/replica/snapshot-record.ts';
import { Namespace } from '../../src/service/namespace.ts';
import { encodeCommand } from '../../src/state-machine/kernel/command-codec.ts';
import { kernel } from '../../src/state-machine/kernel/kernel.ts';
import { dynamoDbClient } from '../../src/store/dynamodb/client.ts';
import { DynamoDbStore } from '../../src/store/dynamodb/store.ts';
import { cleanUp } from '../support/clean-up.ts';
import {
  type DeployedFunction,
  type DeployedOptions,
  deployedFunction,
} from '../support/deployed-function.ts';
import { emulatorConfig } from '../support/emulators.ts';
import { functionUrlEvent } from '../support/function-url.ts';
import { bearer, startIssuer } from '../support/issuer.ts';
import { invokeStreaming, loadFunction } from '../support/lambda-runtime.ts';

async function deploy(options: DeployedOptions = {}): Promise<DeployedFunction> {
  const deployed = await deployedFunction(options);
  cleanUp.push(deployed.stop);
  return deployed;
}

async function ask({ api }: DeployedFunction, event: unknown): Promise<Response> {
  return responseOf(invokeStreaming(api, event));
}

const URL = 'https://urlid.lambda-url.eu-west-1.on.aws';
const claim = (headers: Record<string, string> = {}) =>
  new Request(`${URL}/v1/names/ann`, { method: 'PUT', body: '{"owner":"ann"}', headers });
const look = () => new Request(`${URL}/v1/names/ann`);

describe('with IAM', () => {
  test('a URL that has been opened by mistake answers nobody', async () => {
    const deployed = await deploy();
    const open = await functionUrlEvent(claim({ 'x-amzn-iam': 'ann' }), { signed: false });
    const answer = await ask(deployed, open);
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ code: 'unauthenticated', definite: true });
    expect((await ask(deployed, await functionUrlEvent(look(), { signed: true }))).status).toBe(404);
  });

  test('answers carry the id under which Lambda knows the request', async () => {
    const answer = await ask(await deploy(), await functionUrlEvent(look(), { signed: true }));
    expect(answer.headers.get('ordinal-request-id')).toMatch(/^request-\d+$/);
  });

  test('answers tell browsers that there is nothing but HTTPS', async () => {
    const answer = await ask(await deploy(), await functionUrlEvent(look(), { signed: true }));
    expect(answer.headers.get('strict-transport-security')).toBe('max-age=31536000');
  });
});

describe('with JSON Web Tokens', () => {
  test('an open URL asks for a token, and so does a direct invocation', async () => {
    const issuer = await startIssuer();
    cleanUp.push(() => issuer.stop());
    const deployed = await deploy({ access: { kind: 'jwt', issuer: issuer.url, audience: 'ordinal' } });
    const event = async (headers: Record<string, string>) =>
      functionUrlEvent(claim(headers), { signed: false });
    expect((await ask(deployed, await event({}))).status).toBe(401);
    const direct = { ...(await event({})), requestContext: { http: { method: 'PUT' } } };
    expect((await ask(deployed, direct)).status).toBe(401);
    expect((await ask(deployed, await event(bearer(await issuer.forged())))).status).toBe(401);
    expect((await ask(deployed, await event(bearer(await issuer.token())))).status).toBe(403);
    const scope = 'names:write:default:*';
    expect((await ask(deployed, await event(bearer(await issuer.token({ scope }))))).status).toBe(201);
  });
});

describe('odd events', () => {
  test.each([
    ['nothing', null],
    ['a scheduled event', { source: 'aws.events', detail: {} }],
    ['payload version 1.0', { version: '1.0', path: '/', httpMethod: 'GET' }],
    ['a path that is none', { version: '2.0', rawPath: 7, requestContext: { http: { method: 'GET' } } }],
    ['the method TRACE', { version: '2.0', rawPath: '/', requestContext: { http: { method: 'TRACE' } } }],
  ])('%s: 400', async (_what, event) => {
    expect((await ask(await deploy(), event)).status).toBe(400);
  });

  test.each([
    ['an encoded name', '/v1/names/%C3%A9', 'é'],
    ['the same name, decoded on the way', '/v1/names/é', 'é'],
    ['a decoded question mark', '/v1/names/ann?owner=eve', 'ann?owner=eve'],
    ['a decoded number sign', '/v1/names/ann#x', 'ann#x'],
    ['a lone percent sign', '/v1/names/100%', '100%'],
  ])('%s', async (_what, rawPath, name) => {
    const event = { ...(await functionUrlEvent(claim(), { signed: true })), rawPath };
    expect(await (await ask(await deploy(), event)).json()).toMatchObject({ name, owner: 'ann' });
  });

  test('a header with characters that no header has', async () => {
    const event = await functionUrlEvent(look(), { signed: true });
    const headers = { 'idempotency-key': 'ключ', 'x-odd': 'a\u00ff' };
    expect((await ask(await deploy(), { ...event, headers })).status).toBe(404);
  });

  test('a body over the limit', async () => {
    const request = new Request(`${URL}/v1/stream/big`, {
      method: 'PUT',
      body: new Uint8Array(RECORD_BYTES_MAX + 1),
    });
    const answer = await ask(await deploy(), await functionUrlEvent(request, { signed: true }));
    expect(answer.status).toBe(413);
  });

  test('a caller that hangs up in the middle of an event stream', async () => {
    const deployed = await deploy();
    const put = new Request(`${URL}/v1/stream/s`, { method: 'PUT', body: 'x' });
    await ask(deployed, await functionUrlEvent(put, { signed: true }));
    const live = new Request(`${URL}/v1/stream/s?offset=-1&live=sse`);
    const chunks = invokeStreaming(deployed.api, await functionUrlEvent(live, { signed: true }));
    for await (const chunk of chunks) if (Buffer.from(chunk).includes('event: data')) break;
    expect((await ask(deployed, await functionUrlEvent(look(), { signed: true }))).status).toBe(404);
  });
});

test('maintenance: a snapshot when it is due, and the log trimmed behind the one before it', async () => {
  const deployed = await deploy();
  const store = new DynamoDbStore({
    client: dynamoDbClient(emulatorConfig(deployed.endpoint)),
    table: 'ordinal',
  });
  cleanUp.push(() => store.close());
  const log = new Log(store, 'namespace/default');
  const names = new Names(new Kernel(new Replica(kernel, store, log, { snapshotEvery: 1_000_000 })));
  const fill = async (word: string) =>
    Promise.all(Array.from({ length: 1050 }, (_, index) => names.claim(`${word}${index}`, 'ann')));
  const maintain = async () => {
    const { handler, unload } = await loadFunction('maintenance', deployed.environment);
    await handler({}, { awsRequestId: 'x' });
    await unload();
  };
  await maintain();
  expect(await store.metadataRecord('namespace/default', 'snapshot')).toBeUndefined();
  await fill('a');
  await maintain();
  const first = JSON.parse((await store.metadataRecord('namespace/default', 'snapshot'))?.value ?? '{}');
  expect(first.newest.position).toBe(1050);
  await fill('b');
  await maintain();
  const second = JSON.parse((await store.metadataRecord('namespace/default', 'snapshot'))?.value ?? '{}');
  expect(second).toMatchObject({ newest: { position: 2100 }, previous: { position: 1050 } });
  expect(await log.read(0)).toMatchObject({ kind: 'trimmed', first: 1051 });
  const cold = new Names(new Kernel(new Replica(kernel, store, new Log(store, 'namespace/default'))));
  expect(await cold.lookUp('a7')).toMatchObject({ kind: 'held', position: 2100, holder: { owner: 'ann' } });
});

test('maintenance: a stream that has expired, and that nobody asks for, is deleted', async () => {
  const deployed = await deploy();
  const put = async (path: string, headers: Record<string, string>) => {
    const request = new Request(`${URL}/v1/stream/${path}`, { method: 'PUT', body: 'x', headers });
    return (await ask(deployed, await functionUrlEvent(request, { signed: true }))).status;
  };
  expect(await put('over', { 'stream-ttl': '0' })).toBe(201);
  expect(await put('there', { 'stream-ttl': '3600' })).toBe(201);
  const config = emulatorConfig(deployed.endpoint);
  const store = new DynamoDbStore({ client: dynamoDbClient(config), table: 'ordinal' });
  cleanUp.push(() => store.close());
  expect(await new Log(store, 'stream/over').checkTail()).toMatchObject({ kind: 'end' });
  const { handler, unload } = await loadFunction('maintenance', deployed.environment);
  await handler({}, { awsRequestId: 'x' });
  await unload();
  expect(await new Log(store, 'stream/over').checkTail()).toMatchObject({ kind: 'missing' });
  expect(await new Log(store, 'stream/there').checkTail()).toMatchObject({ kind: 'end' });
});

test('the schedule of the leases ends those whose time is over, where nobody else is', async () => {
  const deployed = await deploy();
  const store = new DynamoDbStore({
    client: dynamoDbClient(emulatorConfig(deployed.endpoint)),
    table: 'ordinal',
  });
  cleanUp.push(() => store.close());
  const past: Clock = { ...systemClock, nowMs: () => Date.now() - 60_000 };
  const log = new Log(store, 'namespace/default', { clock: past });
  const { leases, groups } = new Namespace(new Kernel(new Replica(kernel, store, log), { clock: past }));
  await leases.grant('long', 3_600_000);
  await groups.join('workers', 'ann', { lease: 'short', ttlMs: 1000 });
  const { handler, unload } = await loadFunction('maintenance', deployed.environment);
  cleanUp.push(unload);
  await handler({ task: 'expire-leases' }, { awsRequestId: 'x' });
  const seen = new Namespace(new Kernel(new Replica(kernel, store, new Log(store, 'namespace/default'))));
  expect(await seen.groups.members('workers')).toMatchObject({ kind: 'members', members: [] });
  expect(await seen.leases.lookUp('short')).toMatchObject({ kind: 'not-found' });
  expect(await seen.leases.lookUp('long')).toMatchObject({ kind: 'lease' });
});

test('maintenance that may not write the snapshot fails, so that its alarm sounds', async () => {
  const deployed = await deploy();
  const store = new DynamoDbStore({
    client: dynamoDbClient(emulatorConfig(deployed.endpoint)),
    table: 'ordinal',
  });
  cleanUp.push(() => store.close());
  const command = encodeCommand({ kind: 'transaction', checks: [], then: [], else: [] });
  await new Log(store, 'namespace/default').append(
    Array.from({ length: 1050 }, () => command),
    { createContentType: contentTypeOf(kernel.name) },
  );
  const proxy = await denying(deployed.endpoint, 'blob/');
  const { handler, unload } = await loadFunction('maintenance', {
    ...deployed.environment,
    AWS_ENDPOINT_URL_DYNAMODB: proxy,
  });
  cleanUp.push(unload);
  await expect(handler({}, { awsRequestId: 'x' })).rejects.toThrow('1 parts failed');
  // The chunks that it could not write are named no more.
  expect(snapshotsOf(await store.metadataRecord('namespace/default', 'snapshot'))).toMatchObject({
    saving: [],
  });
});

/** The emulator, but for puts of items whose key begins with `prefix`, which nobody may make. Answers its endpoint. */
async function denying(endpoint: string, prefix: string): Promise<string> {
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const isPut = request.headers['x-amz-target']?.toString().endsWith('PutItem');
    if (isPut && body.includes(`"S":"${prefix}`)) {
      response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' });
      response.end('{"__type":"com.amazon.coral.service#AccessDeniedException","message":"not authorized"}');
      return;
    }
    const headers = Object.fromEntries(
      Object.entries(request.headers).filter(
        ([name]) => name.startsWith('x-amz') || name === 'authorization',
      ),
    ) as Record<string, string>;
    const answer = await fetch(endpoint, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/x-amz-json-1.0' },
      body,
    });
    response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(await answer.text());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUp.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('settings', () => {
  const settings = {
    table: 'ordinal',
    access: { kind: 'jwt', issuer: 'https://issuer.example', audience: 'ordinal' },
    namespaces: ['default', 'orders'],
    longPollMs: 20_000,
    responseStreaming: true,
    console: true,
  } as const;

  test('what the construct writes, the functions read', () => {
    expect(settingsOf({ ...environmentOf(settings), AWS_LAMBDA_HTTP_ENDPOINT: '127.0.0.1:8080' })).toEqual({
      ...settings,
      host: '127.0.0.1',
      port: 8080,
    });
  });

  test.each([
    ['ORDINAL_TABLE', ''],
    ['ORDINAL_ACCESS', 'iam'],
    ['ORDINAL_ACCESS', '{"kind":"none"}'],
    ['ORDINAL_ACCESS', '{"kind":"jwt","issuer":"x"}'],
    ['ORDINAL_NAMESPACES', '[]'],
    ['ORDINAL_LONG_POLL_MS', 'soon'],
    ['ORDINAL_RESPONSE_STREAMING', 'yes'],
    ['ORDINAL_CONSOLE', 'on'],
    ['AWS_LAMBDA_HTTP_ENDPOINT', 'nowhere'],
  ])('%s=%s', (name, value) => {
    expect(() => settingsOf({ ...environmentOf(settings), [name]: value })).toThrow(name);
  });
});
