// A server that lets a shell command sign a request to it, and makes the signature anew from what arrived.

import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';

export interface Signed {
  readonly status: string;
  readonly signature: string;
  readonly expected: string;
}

const REGION = 'eu-west-1';
const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'session' };

export async function signedBy(command: string): Promise<Signed> {
  let expected = '';
  let signature = '';
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const authorization = request.headers.authorization ?? '';
    signature = authorization.split('Signature=')[1] ?? '';
    expected = await signatureOf(request, Buffer.concat(chunks));
    response.writeHead(201).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const env = {
    // biome-ignore lint/style/noProcessEnv: to find the command
    PATH: process.env['PATH'] ?? '',
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
    ORDINAL_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  };
  const shown = `${command.trim()} -sS -o /dev/null -w '%{http_code}'`;
  const { stdout } = await promisify(execFile)('sh', ['-c', shown], { env });
  server.close();
  return { status: stdout, signature, expected };
}

/** The signature that the request must have, by what has arrived of it. */
export async function signatureOf(request: IncomingMessage, body: Buffer): Promise<string> {
  const names = /SignedHeaders=([^,]+)/.exec(request.headers.authorization ?? '')?.[1]?.split(';') ?? [];
  const headers = Object.fromEntries(names.map((name) => [name, String(request.headers[name] ?? '')]));
  const date = String(request.headers['x-amz-date'] ?? '');
  const at = new Date(date.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'));
  const { sessionToken: _, ...keys } = credentials;
  // The token is among the headers that were signed already.
  const signer = new SignatureV4({
    service: 'lambda',
    region: REGION,
    credentials: keys,
    sha256: Sha256,
    applyChecksum: false,
  });
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const signed = await signer.sign(
    {
      method: request.method ?? '',
      protocol: 'http:',
      hostname: '127.0.0.1',
      path: url.pathname,
      query: {},
      headers,
      body,
    },
    { signingDate: at },
  );
  return signed.headers['authorization']?.split('Signature=')[1] ?? '';
}
