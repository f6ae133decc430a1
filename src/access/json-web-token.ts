// JSON Web Tokens of any OpenID Connect issuer: its signature, issuer, audience and time are checked, then
// its scopes count.

import {
  createRemoteJWKSet,
  decodeJwt,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose';
import * as z from 'zod/mini';
import { isLoopback } from './loopback.ts';
import type { Admission, Admit } from './principal.ts';
import { grantsOf, principalOf } from './scopes.ts';

export interface JwtOptions {
  /** As in the tokens' `iss`, character by character. */
  readonly issuer: string;
  /**
   * The `aud` of tokens for this server; for tokens without one, the `client_id` of the client that got them.
   */
  readonly audience: string;
  /** The address of the issuer's keys. Default: the one in its discovery document. */
  readonly jwksUrl?: string | undefined;
  /** Some issuers put this before every scope, like `ordinal/`. Default: nothing. */
  readonly scopePrefix?: string | undefined;
}

/** Signatures only: with a shared secret, a server that can check a token can also make one. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const CLOCK_TOLERANCE_SECONDS = 5;
const FETCH_TIMEOUT_MS = 5000;
const FAILURE_KEPT_MS = 1000;

const discovery = z.object({ issuer: z.string(), jwks_uri: z.url() });

class KeysUnavailableError extends Error {
  override readonly name = 'KeysUnavailableError';
}

export function admitJwt(options: JwtOptions): Admit {
  const keys = keysOf(options);
  return async ({ bearerToken: token, presented }) => {
    if (token === undefined) {
      return { kind: 'unauthenticated', presented, detail: 'the request needs a bearer token' };
    }
    try {
      // A token of another issuer is refused without a request for keys.
      if (decodeJwt(token).iss !== options.issuer) return invalid('the token is of another issuer');
      const { payload } = await jwtVerify(token, await keys(), {
        issuer: options.issuer,
        algorithms: ALGORITHMS,
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        requiredClaims: ['sub', 'exp'],
      });
      if (!isFor(payload, options.audience)) return invalid('the token is for another audience');
      return admissionOf(payload, options.scopePrefix ?? '');
    } catch (error) {
      return denialOf(error);
    }
  };
}

/** Access tokens of Amazon Cognito have no audience, and name the client that they were given to instead. */
function isFor({ aud, client_id: client }: JWTPayload, audience: string): boolean {
  return aud === undefined ? client === audience : [aud].flat().includes(audience);
}

function admissionOf(payload: JWTPayload, scopePrefix: string): Admission {
  if (typeof payload.sub !== 'string' || payload.sub === '') return invalid('the token names nobody');
  return { kind: 'admitted', principal: principalOf(payload.sub, grantsOf(scopesIn(payload), scopePrefix)) };
}

/** `scope` as RFC 9068 has it; `scp`, a list or a text, as several large issuers do. */
function scopesIn(payload: JWTPayload): string[] {
  const claim = payload['scope'] ?? payload['scp'];
  if (typeof claim === 'string') return claim.split(' ');
  return Array.isArray(claim) ? claim.filter((scope) => typeof scope === 'string') : [];
}

/** The answer says why a token is refused, and never shows its contents. */
function denialOf(error: unknown): Admission {
  if (error instanceof errors.JWTExpired) return invalid('the token has expired');
  if (error instanceof errors.JWTClaimValidationFailed)
    return invalid(`the token's ${error.claim} does not fit`);
  // The issuer's fault, or the network's.
  if (
    error instanceof KeysUnavailableError ||
    error instanceof errors.JWKSTimeout ||
    error instanceof errors.JWKSInvalid
  ) {
    return { kind: 'unavailable', detail: "the issuer's keys cannot be read at the moment" };
  }
  if (error instanceof errors.JWKSNoMatchingKey)
    return invalid('the token is signed with a key that its issuer does not have');
  // jose has a plain error for an answer other than 200 from the key server.
  if (error instanceof errors.JOSEError && error.code !== 'ERR_JOSE_GENERIC')
    return invalid('the token is not valid');
  return { kind: 'unavailable', detail: "the issuer's keys cannot be read at the moment" };
}

function invalid(detail: string): Admission {
  return { kind: 'unauthenticated', presented: true, detail };
}

/**
 * The key set is looked for when the first token comes, and some time after a failure. jose keeps the keys
 * and renews them.
 */
function keysOf({ issuer, jwksUrl }: JwtOptions): () => Promise<JWTVerifyGetKey> {
  const remote = (url: string) =>
    createRemoteJWKSet(assertSafe(new URL(url)), { timeoutDuration: FETCH_TIMEOUT_MS });
  if (jwksUrl !== undefined) {
    const keys = remote(jwksUrl);
    return async () => keys;
  }
  let found: Promise<JWTVerifyGetKey> | undefined;
  let failedAt = Number.NEGATIVE_INFINITY;
  return () => {
    // Otherwise every request with a token would make this server ask the issuer.
    if (performance.now() - failedAt < FAILURE_KEPT_MS) throw new KeysUnavailableError();
    found ??= discover(issuer)
      .then(remote)
      .catch((cause: unknown) => {
        found = undefined;
        failedAt = performance.now();
        throw new KeysUnavailableError(undefined, { cause });
      });
    return found;
  };
}

async function discover(issuer: string): Promise<string> {
  const url = assertSafe(new URL(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`));
  const answer = await fetch(url, { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS), redirect: 'error' });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  const document = discovery.parse(await answer.json());
  if (document.issuer !== issuer) throw new Error(`${url} is of another issuer`);
  return document.jwks_uri;
}

/** Keys that come over plain HTTP can be forged. */
function assertSafe(url: URL): URL {
  if (url.protocol !== 'https:' && !isLoopback(url.host)) throw new Error(`${url} is not https`);
  return url;
}
