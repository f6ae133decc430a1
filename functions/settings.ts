// What the construct tells the functions, by way of their environment: written there, checked here, once,
// before the first request.

import * as z from 'zod';

/** Who may ask. With IAM and with a JWT the function trusts nothing that the caller could have written. */
const access = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('iam') }),
  z.strictObject({
    kind: z.literal('jwt'),
    issuer: z.url(),
    audience: z.string().min(1),
    jwksUrl: z.url().optional(),
    scopePrefix: z.string().optional(),
  }),
]);

export type AccessSettings = z.infer<typeof access>;

export interface Settings {
  readonly table: string;
  readonly access: AccessSettings;
  /** The namespaces that the schedule looks after. */
  readonly namespaces: readonly string[];
  /** How long a long-poll waits, in milliseconds. A waiting function is paid for. */
  readonly longPollMs: number;
  /** Whether the URL hands answers on while they are made. */
  readonly responseStreaming: boolean;
}

/** Where the server of a Web Function has to listen. */
export interface Listening {
  readonly host: string;
  readonly port: number;
}

const json = z.string().transform((text, context) => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    context.addIssue('is not JSON');
    return z.NEVER;
  }
});

const HTTP_ENDPOINT = /^(.+):(\d{1,5})$/;

const environment = z.object({
  ORDINAL_TABLE: z.string().min(1),
  ORDINAL_ACCESS: json.pipe(access),
  ORDINAL_NAMESPACES: json.pipe(z.array(z.string().min(1)).min(1)),
  ORDINAL_LONG_POLL_MS: z
    .string()
    .regex(/^\d{1,5}$/)
    .transform(Number),
  ORDINAL_RESPONSE_STREAMING: z.enum(['true', 'false']),
  /** Set by the runtime of a Web Function. */
  AWS_LAMBDA_HTTP_ENDPOINT: z.string().regex(HTTP_ENDPOINT).default('0.0.0.0:3000'),
});

/** @throws Error that names every variable that is wrong */
export function settingsOf(env: Readonly<Record<string, string | undefined>>): Settings & Listening {
  const parsed = environment.safeParse(env);
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
  };
}
