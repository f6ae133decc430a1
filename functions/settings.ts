// What the construct tells the functions, by way of their environment: written there, checked here, once, before the first request.

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

const json = z.string().transform((text, context) => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    context.addIssue('is not JSON');
    return z.NEVER;
  }
});

const HTTP_ENDPOINT = /^(.+):(\d{1,5})$/;

const settings = z.object({
  /** Set by the runtime of a Web Function: where the server has to listen. */
  AWS_LAMBDA_HTTP_ENDPOINT: z.string().regex(HTTP_ENDPOINT).default('0.0.0.0:3000'),
  ORDINAL_TABLE: z.string().min(1),
  ORDINAL_ACCESS: json.pipe(access),
  /** The spaces that the schedule looks after. */
  ORDINAL_SPACES: json.pipe(z.array(z.string().min(1)).min(1)),
  ORDINAL_LONG_POLL_MS: z
    .string()
    .regex(/^\d{1,5}$/)
    .transform(Number),
});

export interface Settings {
  readonly table: string;
  readonly access: AccessSettings;
  readonly spaces: readonly string[];
  /** How long a long-poll waits, in milliseconds. A waiting function is paid for. */
  readonly longPollMs: number;
}

export interface Listening {
  readonly host: string;
  readonly port: number;
}

/** @throws Error that names every variable that is wrong */
export function settingsOf(env: Readonly<Record<string, string | undefined>>): Settings & Listening {
  const parsed = settings.safeParse(env);
  if (!parsed.success) throw new Error(`the function is not configured:\n${z.prettifyError(parsed.error)}`);
  const { ORDINAL_TABLE, ORDINAL_ACCESS, ORDINAL_SPACES, ORDINAL_LONG_POLL_MS } = parsed.data;
  const [, host = '', port = ''] = HTTP_ENDPOINT.exec(parsed.data.AWS_LAMBDA_HTTP_ENDPOINT) ?? [];
  return {
    table: ORDINAL_TABLE,
    access: ORDINAL_ACCESS,
    spaces: ORDINAL_SPACES,
    longPollMs: ORDINAL_LONG_POLL_MS,
    host,
    port: Number(port),
  };
}

/** The environment that `settingsOf` reads back. */
export function environmentOf({ table, access, spaces, longPollMs }: Settings): Record<string, string> {
  return {
    ORDINAL_TABLE: table,
    ORDINAL_ACCESS: JSON.stringify(access),
    ORDINAL_SPACES: JSON.stringify(spaces),
    ORDINAL_LONG_POLL_MS: String(longPollMs),
  };
}
