// Transports that need AWS code: requests signed by Signature Version 4, and direct invocations of the
// function. Each loads its packages with its first request.

import type {
  InvokeWithResponseStreamCommand,
  InvokeWithResponseStreamCommandOutput,
  LambdaClient,
} from '@aws-sdk/client-lambda';
import type { SignatureV4 } from '@smithy/signature-v4';
import { eventOf } from '../../lambda/event.ts';
import { responseOf } from '../../lambda/prelude.ts';
import { NotSentError, type Transport } from '../transport.ts';
import { installed } from './installed.ts';

export type { Transport } from '../transport.ts';

export interface SigningOptions {
  readonly region: string;
  /**
   * Credentials, or a provider of them. Default: the AWS SDK's chain of providers, beginning with the
   * environment.
   */
  readonly credentials?: ConstructorParameters<typeof SignatureV4>[0]['credentials'];
  /** Carries the signed request. Default: `fetch`. */
  readonly fetch?: Transport;
}

/** Signs every request with AWS Signature Version 4: for a Function URL or a Web Function that IAM guards. */
export function signedTransport({ fetch: send = fetch, ...options }: SigningOptions): Transport {
  let loading: Promise<SignatureV4> | undefined;
  return async (request) => {
    loading ??= signerOf(options);
    const signer = await loading;
    const url = new URL(request.url);
    const body = new Uint8Array(await request.arrayBuffer());
    const signed = await signer
      .sign({
        method: request.method,
        protocol: url.protocol,
        hostname: url.hostname,
        ...(url.port === '' ? {} : { port: Number(url.port) }),
        path: url.pathname,
        query: queryOf(url),
        headers: { ...Object.fromEntries(request.headers), host: url.host },
        body,
      })
      .catch((cause: unknown) => {
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw new NotSentError(`the request could not be signed: ${reason}`, { retryable: false, cause });
      });
    const { host: _, ...headers } = signed.headers;
    return send(
      new Request(url, {
        method: request.method,
        headers,
        signal: request.signal,
        ...(body.length > 0 ? { body } : {}),
      }),
    );
  };
}

async function signerOf({ region, credentials }: Omit<SigningOptions, 'fetch'>): Promise<SignatureV4> {
  const { Sha256 } = await installed('@aws-crypto/sha256-js', () => import('@aws-crypto/sha256-js'));
  const { SignatureV4 } = await installed('@smithy/signature-v4', () => import('@smithy/signature-v4'));
  return new SignatureV4({
    service: 'lambda',
    region,
    credentials: credentials ?? (await defaultCredentials()),
    sha256: Sha256,
  });
}

async function defaultCredentials() {
  const provider = '@aws-sdk/credential-provider-node';
  return (await installed(provider, () => import('@aws-sdk/credential-provider-node'))).defaultProvider();
}

function queryOf(url: URL): Record<string, string | string[]> {
  const names = new Set(url.searchParams.keys());
  return Object.fromEntries([...names].map((name) => [name, url.searchParams.getAll(name)]));
}

/** Errors of Lambda's own API before it runs a function. A function that ran and failed is another matter. */
const BEFORE_RUNNING: ReadonlyMap<string, { readonly retryable: boolean }> = new Map([
  ['TooManyRequestsException', { retryable: true }],
  ['AccessDeniedException', { retryable: false }],
  ['ResourceNotFoundException', { retryable: false }],
  ['UnrecognizedClientException', { retryable: false }],
  ['ExpiredTokenException', { retryable: false }],
  ['InvalidSignatureException', { retryable: false }],
  ['CredentialsProviderError', { retryable: false }],
]);

/**
 * Invokes the function itself: no public endpoint, IAM decides (`lambda:InvokeFunction`). The client must not
 * repeat calls: `maxAttempts: 1`.
 */
export function lambdaTransport(client: LambdaClient, functionName: string): Transport {
  return async (request) => {
    const command = await invocationOf(functionName, request);
    const answer = await client.send(command, { abortSignal: request.signal }).catch((cause: unknown) => {
      if (cause instanceof Error && cause.name === 'RequestTooLargeException') return undefined;
      const known = cause instanceof Error && BEFORE_RUNNING.get(cause.name);
      if (!known) throw cause;
      throw new NotSentError(`the function was not invoked: ${cause.message}`, { ...known, cause });
    });
    return answer ? responseOf(chunksOf(answer.EventStream)) : tooLarge();
  };
}

/** As a server answers. Lambda takes 6 MB at once, with a third more for bodies that are not text. */
function tooLarge(): Response {
  const detail = 'the request is larger than Lambda takes';
  const document = { title: 'too large', status: 413, detail, code: 'too-large', definite: true };
  return Response.json(document, { status: 413, headers: { 'content-type': 'application/problem+json' } });
}

async function invocationOf(
  functionName: string,
  request: Request,
): Promise<InvokeWithResponseStreamCommand> {
  const sdk = await installed('@aws-sdk/client-lambda', () => import('@aws-sdk/client-lambda'));
  const Payload = Buffer.from(JSON.stringify(await eventOf(request)));
  return new sdk.InvokeWithResponseStreamCommand({ FunctionName: functionName, Payload });
}

async function* chunksOf(
  events: InvokeWithResponseStreamCommandOutput['EventStream'],
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const event of events ?? []) {
    if (event.PayloadChunk?.Payload) yield event.PayloadChunk.Payload;
    const code = event.InvokeComplete?.ErrorCode;
    if (code !== undefined)
      throw new Error(`the function failed: ${code} ${event.InvokeComplete?.ErrorDetails}`);
  }
}
