// The settings of the command line and the environment, checked once, before anything starts.

import { parseArgs } from 'node:util';
import * as z from 'zod/mini';
import { isLoopback } from '../access/loopback.ts';
import { SHARED_TOKEN_LENGTH_MIN } from '../access/shared-token.ts';

const PORT_FAULT = 'must be a number from 0 to 65535';

const schema = z
  .object({
    host: z._default(z.string().check(z.minLength(1, 'must be an address')), '127.0.0.1'),
    token: z.optional(
      z
        .string()
        .check(
          z.regex(/^[\w.~+/-]+=*$/, 'must be letters, digits and "-._~+/", as in a bearer token'),
          z.minLength(SHARED_TOKEN_LENGTH_MIN, `must have at least ${SHARED_TOKEN_LENGTH_MIN} characters`),
        ),
    ),
    port: z._default(
      z.pipe(
        z.pipe(z.string().check(z.regex(/^\d{1,5}$/, PORT_FAULT)), z.transform(Number)),
        z.int().check(z.maximum(65_535, PORT_FAULT)),
      ),
      4437,
    ),
    data: z._default(z.string().check(z.minLength(1, 'must name a directory')), '.ordinal'),
    store: z._default(
      z.enum(['sqlite', 'dynamodb', 'memory'], 'must be sqlite, dynamodb or memory'),
      'sqlite',
    ),
    table: z.optional(
      z
        .string()
        .check(z.regex(/^[a-zA-Z0-9_.-]{3,255}$/, 'must be 3 to 255 letters, digits, "_", "-" and "."')),
    ),
    createTable: z._default(z.boolean(), false),
    command: z._default(z.enum(['serve', 'doctor', 'backup'], 'must be doctor, backup, or nothing'), 'serve'),
    to: z.optional(z.string().check(z.minLength(1, 'must name a directory'))),
    logs: z._default(z.array(z.string().check(z.minLength(1, 'must not be empty'))), ['namespace/default']),
  })
  .check(
    z.refine((settings) => settings.token !== undefined || isLoopback(settings.host), {
      path: ['token'],
      message: 'is needed with any address but the loopback',
    }),
    z.refine((settings) => settings.store !== 'dynamodb' || settings.table !== undefined, {
      path: ['table'],
      message: 'is needed with the store dynamodb',
    }),
    z.refine((settings) => settings.command !== 'backup' || settings.store === 'sqlite', {
      path: ['store'],
      message: 'must be sqlite for a backup; a DynamoDB table has backups of its own',
    }),
    z.refine((settings) => settings.command !== 'backup' || settings.to !== undefined, {
      path: ['to'],
      message: 'is needed: npm start -- backup <directory>',
    }),
  );

export type Settings = z.infer<typeof schema>;

export type ParsedSettings =
  | { readonly kind: 'settings'; readonly settings: Settings }
  | { readonly kind: 'help' }
  | { readonly kind: 'invalid'; readonly message: string };

// The token is no flag: every user of a machine can list the flags of its processes.
const FLAGS = {
  host: { type: 'string' },
  port: { type: 'string' },
  data: { type: 'string' },
  store: { type: 'string' },
  table: { type: 'string' },
  'create-table': { type: 'boolean' },
  log: { type: 'string', multiple: true },
  help: { type: 'boolean', short: 'h' },
} as const;

const NAMES: Record<keyof Settings, string> = {
  host: '--host (ORDINAL_HOST)',
  token: 'ORDINAL_TOKEN',
  port: '--port (PORT)',
  data: '--data (ORDINAL_DATA)',
  store: '--store (ORDINAL_STORE)',
  table: '--table (ORDINAL_TABLE)',
  createTable: '--create-table (ORDINAL_CREATE_TABLE)',
  command: 'the command',
  to: 'the directory of the backup',
  logs: '--log',
};

export const HELP = `Usage: npm start -- [options]
       npm start -- doctor [options]
       npm start -- backup <directory> [options]

Serves Ordinal: to this machine alone, or, with a token, to others.

  --host <address>      where to listen                        (ORDINAL_HOST, default 127.0.0.1)
  --port <number>       the same; 0 takes a free port          (PORT, default 4437)
  --data <directory>    where the store sqlite keeps its files   (ORDINAL_DATA, default .ordinal)
  --store <kind>        sqlite, dynamodb or memory               (ORDINAL_STORE, default sqlite)
  --table <name>        the table of the store dynamodb        (ORDINAL_TABLE)
  --create-table        create that table if it is missing     (ORDINAL_CREATE_TABLE=true)
  -h, --help            this text

doctor changes nothing. It looks at the table or the database, and at logs, says what it found, and ends with 1 if anything is at
fault.

  --log <name>          which log, once for each: namespace/<namespace> or stream/<path>   (default namespace/default)

backup copies the data directory of the store sqlite, also while servers use it, and verifies the copy. The directory that it
names must be empty, or not there yet.

ORDINAL_TOKEN holds the bearer token that every request must carry, but GET /livez; any address but the loopback needs one. The
server has no TLS: on such an address, put a proxy that has in front of it, or tokens can be read on their way.

The store dynamodb takes region, credentials and endpoint from the environment like every AWS client
(AWS_REGION, AWS_ENDPOINT_URL_DYNAMODB, …). The store memory forgets everything when the server ends.
`;

/** Flags count more than the environment. Variables that are empty count as not set. */
export function parseSettings(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): ParsedSettings {
  const parsedFlags = parseFlags(args);
  if (typeof parsedFlags === 'string') return { kind: 'invalid', message: parsedFlags };
  const { values: flags, positionals } = parsedFlags;
  const [command, to, ...rest] = positionals;
  const unknown = command === 'backup' ? rest[0] : to;
  if (unknown !== undefined) return { kind: 'invalid', message: `what is meant by ${unknown}?` };
  if (flags.help) return { kind: 'help' };
  const createTable = env['ORDINAL_CREATE_TABLE'] || 'false';
  if (createTable !== 'true' && createTable !== 'false') {
    return { kind: 'invalid', message: 'ORDINAL_CREATE_TABLE must be true or false' };
  }
  const parsed = schema.safeParse({
    host: flags.host ?? (env['ORDINAL_HOST'] || undefined),
    token: env['ORDINAL_TOKEN'] || undefined,
    port: flags.port ?? (env['PORT'] || undefined),
    data: flags.data ?? (env['ORDINAL_DATA'] || undefined),
    store: flags.store ?? (env['ORDINAL_STORE'] || undefined),
    table: flags.table ?? (env['ORDINAL_TABLE'] || undefined),
    createTable: flags['create-table'] ?? createTable === 'true',
    command,
    to: command === 'backup' ? to : undefined,
    logs: flags.log,
  });
  if (parsed.success) return { kind: 'settings', settings: parsed.data };
  const [issue] = parsed.error.issues;
  const name = NAMES[issue?.path[0] as keyof Settings];
  return { kind: 'invalid', message: `${name} ${issue?.message}` };
}

function parseFlags(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: FLAGS, strict: true, allowPositionals: true });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
