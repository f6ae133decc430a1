// An OpenID Connect issuer on the loopback: a discovery document, keys, and tokens of every kind, good and
// bad.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

export interface Issuer {
  readonly url: string;
  /** How often its keys were asked for. */
  keyRequests(): number;
  /** How often it was asked where they are. */
  discoveryRequests(): number;
  /** While true, it answers 503. */
  fail(failing: boolean): void;
  /** A token that is fine, unless `claims` says otherwise. */
  token(claims?: Claims): Promise<string>;
  /** The same, signed with a key that the issuer does not have. */
  forged(claims?: Claims): Promise<string>;
  stop(): Promise<void>;
}

/** What is undefined is left out. */
type Claims = Readonly<Record<string, unknown>>;

const AUDIENCE = 'ordinal';

export async function startIssuer(): Promise<Issuer> {
  const [own, foreign] = await Promise.all([generateKeyPair('ES256'), generateKeyPair('ES256')]);
  const jwk = { ...(await exportJWK(own.publicKey)), kid: 'one', alg: 'ES256', use: 'sig' };
  let failing = false;
  let asked = 0;
  let discovered = 0;
  const server = createServer((request, response) => {
    if (request.url === '/keys') asked += 1;
    else discovered += 1;
    const documents: Record<string, unknown> = {
      '/.well-known/openid-configuration': { issuer: url, jwks_uri: `${url}/keys` },
      '/keys': { keys: [jwk] },
    };
    response.statusCode = failing ? 503 : 200;
    response.end(JSON.stringify(documents[request.url ?? ''] ?? {}));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const sign = (key: typeof own.privateKey, claims: Claims) =>
    new SignJWT({ iss: url, aud: AUDIENCE, sub: 'ann', exp: Math.floor(Date.now() / 1000) + 60, ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: 'one' })
      .sign(key);
  return {
    url,
    keyRequests: () => asked,
    discoveryRequests: () => discovered,
    fail: (on) => {
      failing = on;
    },
    token: (claims = {}) => sign(own.privateKey, claims),
    forged: (claims = {}) => sign(foreign.privateKey, claims),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
