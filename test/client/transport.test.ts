// Goal: signed requests are signed as AWS checks them, and a direct invocation tells what can have happened.
// Method: the signature is made anew from what arrived; a client of Lambda that fails in each way.

import { Sha256 } from '@aws-crypto/sha256-js';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import { SignatureV4 } from '@smithy/signature-v4';
import { describe, expect, test } from 'vitest';
import { lambdaTransport, signedTransport } from '../../src/client/aws/transport.ts';
import { NotSentError } from '../../src/client/transport.ts';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };

async function arrived(request: Request): Promise<Request> {
  let seen: Request | undefined;
  const transport = signedTransport({
    region: 'eu-west-1',
    credentials,
    fetch: async (sent) => {
      seen = sent;
      return new Response(null, { status: 204 });
    },
  });
  await transport(request);
  if (!seen) throw new Error('nothing was sent');
  return seen;
}

describe('signed requests', () => {
  const URL_ = 'https://urlid.lambda-url.eu-west-1.on.aws';

  test.each([
    ['GET', '/v1/names/ann', undefined],
    ['GET', '/v1/names/%C3%A5?consistency=local&after=7', undefined],
    ['PUT', '/v1/names/ann', '{"owner":"me"}'],
    ['POST', '/v1/stream/a/b%20c', new Uint8Array([0, 1, 255])],
  ])('%s %s', async (method, path, body) => {
    const headers = { 'content-type': 'application/json', 'idempotency-key': 'x' };
    const sent = await arrived(new Request(URL_ + path, { method, headers, ...(body ? { body } : {}) }));
    const date = sent.headers.get('x-amz-date') ?? '';
    const at = new Date(date.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'));
    const bytes = new Uint8Array(await sent.clone().arrayBuffer());
    const url = new URL(sent.url);
    const again = await new SignatureV4({
      service: 'lambda',
      region: 'eu-west-1',
      credentials,
      sha256: Sha256,
    }).sign(
      {
        method,
        protocol: 'https:',
        hostname: url.hostname,
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        headers: { ...headers, host: url.host },
        body: bytes,
      },
      { signingDate: at },
    );
    expect(sent.headers.get('authorization')).toBe(again.headers['authorization']);
    expect(sent.headers.get('x-amz-content-sha256')).toMatch(/^[0-9a-f]{64}$/);
    expect(sent.headers.get('authorization')).toContain('content-type;host;idempotency-key;');
    expect(url.pathname + url.search).toBe(path);
  });

  test('without credentials nothing is sent', async () => {
    const transport = signedTransport({
      region: 'eu-west-1',
      credentials: async () => {
        throw new Error('no credentials');
      },
      fetch: async () => {
        throw new Error('was sent');
      },
    });
    const asking = transport(new Request(URL_));
    await expect(asking).rejects.toBeInstanceOf(NotSentError);
    await expect(asking).rejects.toMatchObject({ retryable: false });
  });
});

describe('direct invocations', () => {
  const failing = (name: string) => {
    const error = Object.assign(new Error('said so'), { name });
    return { send: async () => Promise.reject(error) } as unknown as LambdaClient;
  };
  const answering = (...events: object[]) => {
    async function* stream() {
      yield* events;
    }
    return { send: async () => ({ EventStream: stream() }) } as unknown as LambdaClient;
  };
  const invoke = (client: LambdaClient) =>
    lambdaTransport(client, 'ordinal')(new Request('https://x.invalid/'));
  const chunk = (text: string) => ({ PayloadChunk: { Payload: Buffer.from(text) } });

  test.each([
    ['AccessDeniedException', false],
    ['ResourceNotFoundException', false],
    ['CredentialsProviderError', false],
    ['ExpiredTokenException', false],
    ['TooManyRequestsException', true],
  ])('%s: not sent; worth another try: %s', async (name, retryable) => {
    const invoking = invoke(failing(name));
    await expect(invoking).rejects.toBeInstanceOf(NotSentError);
    await expect(invoking).rejects.toMatchObject({ retryable });
  });

  test('a request that is larger than Lambda takes is answered as by a server', async () => {
    const response = await invoke(failing('RequestTooLargeException'));
    expect([response.status, response.headers.get('content-type')]).toEqual([
      413,
      'application/problem+json',
    ]);
    expect(await response.json()).toMatchObject({ code: 'too-large', definite: true, status: 413 });
  });

  test.each(['TimeoutError', 'ServiceException', 'ECONNRESET'])('%s: nobody knows', async (name) => {
    await expect(invoke(failing(name))).rejects.not.toBeInstanceOf(NotSentError);
  });

  test('a function that fails before, and in the middle of, its answer', async () => {
    const failed = { InvokeComplete: { ErrorCode: 'Unhandled', ErrorDetails: 'Task timed out' } };
    await expect(invoke(answering(failed))).rejects.toThrow('Task timed out');
    const prelude = chunk(`{"statusCode":200}${'\0'.repeat(8)}half`);
    const response = await invoke(answering(prelude, failed));
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow('Task timed out');
  });

  test('a prelude in pieces, cookies, no body', async () => {
    const text = `{"statusCode":204,"headers":{"a":"b"},"cookies":["c=d"]}${'\0'.repeat(8)}`;
    const response = await invoke(answering(...[...text].map(chunk), { InvokeComplete: {} }));
    expect(response.status).toBe(204);
    expect([...response.headers]).toEqual([
      ['a', 'b'],
      ['set-cookie', 'c=d'],
    ]);
  });

  test('what is no answer to a request', async () => {
    await expect(invoke(answering(chunk('null')))).rejects.toThrow();
    await expect(invoke(answering())).rejects.toThrow();
  });
});
