// The settings that the construct writes into the environment of the functions. They are checked here, once,
// before the first request.

import { en } from 'zod/locales';
import * as z from 'zod/mini';

const filled = z.string().check(z.minLength(1));

/**
 * The kind of admission. With IAM and with a JWT the function trusts no part of a request that the caller
 * could have forged.
 */
const access = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('iam') }),
  z.strictObject({
    kind: z.literal('jwt'),
    issuer: z.url(),
    audience: filled,
    jwksUrl: z.optional(z.url()),
    scopePrefix: z.optional(z.string()),
  }),
]);

/** What `access` takes, without the types of the library that checks it. */
export type AccessSettings =
  | { kind: 'iam' }
  | {
      kind: 'jwt';
      issuer: string;
      audience: string;
      jwksUrl?: string | undefined;
      scopePrefix?: string | undefined;
    };

export interface Settings {
  readonly table: string;
  readonly access: AccessSettings;
  /** The namespaces that the schedules maintain. */
  readonly namespaces: readonly string[];
  /** How long a long-poll waits, in milliseconds. A waiting function is paid for. */
  readonly longPollMs: number;
  /** Whether the URL hands answers on while they are made. */
  readonly responseStreaming: boolean;
  /** Whether the console is at `/`. */
  readonly console: boolean;
}

/** The address on which the server of a Web Function has to listen. */
export interface Listening {
  readonly host: string;
  readonly port: number;
}

const json = z.pipe(
  z.string(),
  z.transform((text: string, context): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      context.issues.push({ code: 'custom', message: 'is not JSON', input: text });
      return z.NEVER;
    }
  }),
);

const HTTP_ENDPOINT = /^(.+):(\d{1,5})$/;

const environment = z.object({
  ORDINAL_TABLE: filled,
  ORDINAL_ACCESS: z.pipe(json, access),
  ORDINAL_NAMESPACES: z.pipe(json, z.array(filled).check(z.minLength(1))),
  ORDINAL_LONG_POLL_MS: z.pipe(z.string().check(z.regex(/^\d{1,5}$/)), z.transform(Number)),
  ORDINAL_RESPONSE_STREAMING: z.enum(['true', 'false']),
  ORDINAL_CONSOLE: z.enum(['true', 'false']),
  /** Set by the runtime of a Web Function. */
  AWS_LAMBDA_HTTP_ENDPOINT: z._default(z.string().check(z.regex(HTTP_ENDPOINT)), '0.0.0.0:3000'),
});

/** @throws Error that names every variable that is wrong */
export function settingsOf(env: Readonly<Record<string, string | undefined>>): Settings & Listening {
  const parsed = environment.safeParse(env, { error: en().localeError });
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new Error(`the function is not configured:\n${faults.join('\n')}`);
  }
  const { data } = parsed;
  const [, host = '', port = ''] = HTTP_ENDPOINT.exec(data.AWS_LAMBDA_HTTP_ENDPOINT) ?? [];
  return {
    table: data.ORDINAL_TABLE,
    access: data.ORDINAL_ACCESS,
    namespaces: data.ORDINAL_NAMESPACES,
    longPollMs: data.ORDINAL_LONG_POLL_MS,
    responseStreaming: data.ORDINAL_RESPONSE_STREAMING === 'true',
    console: data.ORDINAL_CONSOLE === 'true',
    host,
    port: Number(port),
  };
}

/** The environment that `settingsOf` reads back. */
export function environmentOf(settings: Settings): Record<string, string> {
  return {
    ORDINAL_TABLE: settings.table,
    ORDINAL_ACCESS: JSON.stringify(settings.access),
    ORDINAL_NAMESPACES: JSON.stringify(settings.namespaces),
    ORDINAL_LONG_POLL_MS: String(settings.longPollMs),
    ORDINAL_RESPONSE_STREAMING: String(settings.responseStreaming),
    ORDINAL_CONSOLE: String(settings.console),
  };
}
