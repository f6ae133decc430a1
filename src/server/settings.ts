// The settings of a server and of its store: from flags, the environment and a file, checked once, before
// anything starts.

import * as z from 'zod/mini';
import { isLoopback } from '../access/loopback.ts';
import { SHARED_TOKEN_LENGTH_MIN } from '../access/shared-token.ts';
import { NAMESPACE_NAME_BYTES_MAX } from '../limits.ts';
import { LOG_FORMATS, LOG_LEVELS } from '../observability/log-levels.ts';
import { NAMESPACE_NAME } from '../resource-names.ts';

/** The four-letter words that the ZooKeeper protocol answers. */
export const ZOOKEEPER_WORDS: readonly string[] = [
  'ruok',
  'srvr',
  'stat',
  'mntr',
  'conf',
  'envi',
  'isro',
  'cons',
  'wchs',
];

const PORT_FAULT = 'must be a number from 0 to 65535';

const storeMembers = {
  data: z._default(z.string().check(z.minLength(1, 'must name a directory')), '.ordinal'),
  store: z._default(z.enum(['sqlite', 'dynamodb', 'memory'], 'must be sqlite, dynamodb or memory'), 'sqlite'),
  table: z.optional(
    z
      .string()
      .check(z.regex(/^[a-zA-Z0-9_.-]{3,255}$/, 'must be 3 to 255 letters, digits, "_", "-" and "."')),
  ),
};

const serveMembers = {
  host: z._default(z.string().check(z.minLength(1, 'must be an address')), '127.0.0.1'),
  token: z.optional(
    z
      .string()
      .check(
        z.regex(/^[\w.~+/-]+=*$/, 'must be letters, digits and "-._~+/", as in a bearer token'),
        z.minLength(SHARED_TOKEN_LENGTH_MIN, `must have at least ${SHARED_TOKEN_LENGTH_MIN} characters`),
      ),
  ),
  port: z._default(port(), 4437),
  createTable: z._default(flag(), false),
  console: z._default(flag(), true),
  corsOrigins: z.optional(origins()),
  metrics: z._default(flag(), true),
  traces: z._default(flag(['on', 'off']), true),
  logLevel: z._default(z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`), 'info'),
  /** Undefined: text for a terminal, JSON otherwise. */
  logFormat: z.optional(z.enum(LOG_FORMATS, 'must be text or json')),
  quotaRequests: z.optional(rate()),
  quotaBytes: z.optional(rate()),
  quotaStreams: z.optional(rate()),
  tlsCert: z.optional(path()),
  tlsKey: z.optional(path()),
  /** Clients must show a certificate of this authority. */
  tlsCa: z.optional(path()),
  /** The port of the ZooKeeper protocol. Undefined: it is not served. */
  zookeeper: z.optional(port()),
  zookeeperHost: z.optional(z.string().check(z.minLength(1, 'must be an address'))),
  /** Serve others than this machine, although no client certificate is asked for. */
  zookeeperOpen: z._default(flag(), false),
  zookeeperNamespace: z._default(
    z
      .string()
      .check(z.regex(NAMESPACE_NAME, 'must be a name of a namespace'), z.maxLength(NAMESPACE_NAME_BYTES_MAX)),
    'zookeeper',
  ),
  zookeeperTickMs: z._default(whole(60_000, 1), 3000),
  /** How often containers without children, and znodes whose time to live is over, are looked for. */
  zookeeperContainerCheckMs: z._default(whole(3_600_000, 1), 60_000),
  zookeeperReads: z._default(z.enum(['local', 'linearizable'], 'must be local or linearizable'), 'local'),
  /** Passes every check of ZooKeeper's access control lists: `user:digest`, as such a list has it. */
  zookeeperSuperDigest: z.optional(
    z.string().check(z.regex(/^[^:]+:[A-Za-z0-9+/]{27}=$/, 'must be user:digest, with SHA-1 in Base64')),
  ),
  /** Of one address; 0: any number. */
  zookeeperConnections: z._default(whole(1_000_000), 0),
  zookeeperWords: z._default(words(), new Set(ZOOKEEPER_WORDS)),
};

function port() {
  return z.pipe(
    z.pipe(z.string().check(z.regex(/^\d{1,5}$/, PORT_FAULT)), z.transform(Number)),
    z.int().check(z.maximum(65_535, PORT_FAULT)),
  );
}

function path() {
  return z.string().check(z.minLength(1, 'must name a file'));
}

function whole(most: number, least = 0) {
  const fault = `must be a whole number from ${least} to ${most}`;
  return z.pipe(
    z.pipe(z.string().check(z.regex(/^\d{1,9}$/, fault)), z.transform(Number)),
    z.int().check(z.minimum(least, fault), z.maximum(most, fault)),
  );
}

/** Four-letter words with commas between them; `none` for none. */
function words() {
  const fault = `must be none, or some of ${ZOOKEEPER_WORDS.join(',')}`;
  const isKnown = (text: string) =>
    text === 'none' || text.split(',').every((word) => ZOOKEEPER_WORDS.includes(word));
  return z.pipe(
    z.string().check(z.refine(isKnown, fault)),
    z.transform((text): ReadonlySet<string> => new Set(text === 'none' ? [] : text.split(','))),
  );
}

function flag(words: readonly [yes: string, no: string] = ['true', 'false']) {
  return z.pipe(
    z.enum(words, `must be ${words.join(' or ')}`),
    z.transform((text) => text === words[0]),
  );
}

/** `*`, or origins with commas between them, just as browsers send them. */
function origins() {
  return z.pipe(
    z.string().check(z.refine(areOrigins, 'must be * or origins such as https://app.example, with commas')),
    z.transform((text) => (text === '*' ? text : text.split(','))),
  );
}

function areOrigins(text: string): boolean {
  return text === '*' || text.split(',').every((one) => URL.canParse(one) && new URL(one).origin === one);
}

function rate() {
  const fault = 'must be a number above 0, for each second';
  return z.pipe(
    z.pipe(z.string().check(z.regex(/^\d{1,12}(\.\d{1,6})?$/, fault)), z.transform(Number)),
    z.number().check(z.positive(fault)),
  );
}

interface NamesTable {
  readonly store: string;
  readonly table?: string | undefined;
}

const TABLE_NEEDED = { path: ['table'], message: 'is needed with the store dynamodb' };

const storeSchema = z.object(storeMembers).check(z.refine(hasItsTable, TABLE_NEEDED));
const serveSchema = z.object({ ...storeMembers, ...serveMembers }).check(
  z.refine((settings) => settings.token !== undefined || isLoopback(settings.host), {
    path: ['token'],
    message: 'is needed with any address but the loopback',
  }),
  z.refine(({ corsOrigins, token }) => corsOrigins !== '*' || token !== undefined, {
    path: ['token'],
    message: 'is needed where every web site may use the server',
  }),
  z.refine(({ tlsCert, tlsKey }) => (tlsCert === undefined) === (tlsKey === undefined), {
    path: ['tlsKey'],
    message: 'goes with a certificate, and a certificate with a key',
  }),
  z.refine(({ tlsCa, tlsCert }) => tlsCa === undefined || tlsCert !== undefined, {
    path: ['tlsCa'],
    message: 'goes with a certificate of this server',
  }),
  z.refine(admitsZookeeperClients, {
    path: ['zookeeperHost'],
    message: 'is not the loopback: ask for client certificates with --tls-ca, or say --zookeeper-open',
  }),
  z.refine(hasItsTable, TABLE_NEEDED),
);

/** A client of ZooKeeper shows no token: it is on this machine, or it has a certificate. */
function admitsZookeeperClients(settings: {
  readonly host: string;
  readonly zookeeper?: number | undefined;
  readonly zookeeperHost?: string | undefined;
  readonly zookeeperOpen: boolean;
  readonly tlsCa?: string | undefined;
}): boolean {
  const { zookeeper, host, zookeeperHost = host, zookeeperOpen, tlsCa } = settings;
  return zookeeper === undefined || isLoopback(zookeeperHost) || tlsCa !== undefined || zookeeperOpen;
}

function hasItsTable({ store, table }: NamesTable): boolean {
  return store !== 'dynamodb' || table !== undefined;
}

export type StoreSettings = z.infer<typeof storeSchema>;
export type Settings = z.infer<typeof serveSchema>;

type Name = keyof typeof storeMembers | keyof typeof serveMembers;

/** How each setting is called, in a file by its own name. The token is no flag: other users see flags. */
export const SETTINGS: Readonly<Record<Name, { readonly flag?: string; readonly variable: string }>> = {
  host: { flag: '--host', variable: 'ORDINAL_HOST' },
  port: { flag: '--port', variable: 'PORT' },
  data: { flag: '--data', variable: 'ORDINAL_DATA' },
  store: { flag: '--store', variable: 'ORDINAL_STORE' },
  table: { flag: '--table', variable: 'ORDINAL_TABLE' },
  createTable: { flag: '--create-table', variable: 'ORDINAL_CREATE_TABLE' },
  console: { flag: '--no-console', variable: 'ORDINAL_CONSOLE' },
  token: { variable: 'ORDINAL_TOKEN' },
  corsOrigins: { flag: '--cors-origins', variable: 'ORDINAL_CORS_ORIGINS' },
  metrics: { flag: '--no-metrics', variable: 'ORDINAL_METRICS' },
  traces: { variable: 'ORDINAL_TRACES' },
  logLevel: { flag: '--log-level', variable: 'ORDINAL_LOG_LEVEL' },
  logFormat: { flag: '--log-format', variable: 'ORDINAL_LOG_FORMAT' },
  quotaRequests: { flag: '--quota-requests', variable: 'ORDINAL_QUOTA_REQUESTS' },
  quotaBytes: { flag: '--quota-bytes', variable: 'ORDINAL_QUOTA_BYTES' },
  quotaStreams: { flag: '--quota-streams', variable: 'ORDINAL_QUOTA_STREAMS' },
  tlsCert: { flag: '--tls-cert', variable: 'ORDINAL_TLS_CERT' },
  tlsKey: { flag: '--tls-key', variable: 'ORDINAL_TLS_KEY' },
  tlsCa: { flag: '--tls-ca', variable: 'ORDINAL_TLS_CA' },
  zookeeper: { flag: '--zookeeper', variable: 'ORDINAL_ZOOKEEPER' },
  zookeeperHost: { flag: '--zookeeper-host', variable: 'ORDINAL_ZOOKEEPER_HOST' },
  zookeeperOpen: { flag: '--zookeeper-open', variable: 'ORDINAL_ZOOKEEPER_OPEN' },
  zookeeperNamespace: { flag: '--zookeeper-namespace', variable: 'ORDINAL_ZOOKEEPER_NAMESPACE' },
  zookeeperTickMs: { flag: '--zookeeper-tick-ms', variable: 'ORDINAL_ZOOKEEPER_TICK_MS' },
  zookeeperContainerCheckMs: {
    flag: '--zookeeper-container-check-ms',
    variable: 'ORDINAL_ZOOKEEPER_CONTAINER_CHECK_MS',
  },
  zookeeperReads: { flag: '--zookeeper-reads', variable: 'ORDINAL_ZOOKEEPER_READS' },
  zookeeperSuperDigest: {
    flag: '--zookeeper-super-digest',
    variable: 'ORDINAL_ZOOKEEPER_SUPER_DIGEST',
  },
  zookeeperConnections: { flag: '--zookeeper-connections', variable: 'ORDINAL_ZOOKEEPER_CONNECTIONS' },
  zookeeperWords: { flag: '--zookeeper-words', variable: 'ORDINAL_ZOOKEEPER_WORDS' },
};

/** The types of settings in a file that are no text. */
const TYPES: Readonly<Partial<Record<Name, 'number' | 'boolean'>>> = {
  port: 'number',
  createTable: 'boolean',
  console: 'boolean',
  metrics: 'boolean',
  quotaRequests: 'number',
  quotaBytes: 'number',
  quotaStreams: 'number',
  zookeeper: 'number',
  zookeeperOpen: 'boolean',
  zookeeperTickMs: 'number',
  zookeeperContainerCheckMs: 'number',
  zookeeperConnections: 'number',
};

export interface Sources {
  readonly flags: Readonly<Partial<Record<Name, string | undefined>>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly file?: { readonly path: string; readonly text: string } | undefined;
}

export type Parsed<T> =
  | { readonly kind: 'settings'; readonly settings: T }
  | { readonly kind: 'invalid'; readonly message: string };

/**
 * Flags count more than the environment, and that more than the file. Variables that are empty are not set.
 */
export function serveSettings(sources: Sources): Parsed<Settings> {
  return parse(serveSchema, sources);
}

/** For commands that examine a store, and start no server. */
export function storeSettings(sources: Sources): Parsed<StoreSettings> {
  return parse(storeSchema, sources);
}

function parse<T>(schema: z.ZodMiniType<T>, { flags, env, file }: Sources): Parsed<T> {
  const inFile = file === undefined ? {} : valuesIn(file.text);
  if (typeof inFile === 'string') return { kind: 'invalid', message: `${file?.path} ${inFile}` };
  const values: Record<string, unknown> = {};
  const from: Record<string, string> = {};
  for (const [name, { flag, variable }] of Object.entries(SETTINGS)) {
    const value = flags[name as Name] ?? (env[variable] || undefined);
    values[name] = value ?? inFile[name];
    const isFromFile = value === undefined && inFile[name] !== undefined;
    from[name] = isFromFile ? `${name} in ${file?.path}` : flag ? `${flag} (${variable})` : variable;
  }
  const parsed = schema.safeParse(values);
  if (parsed.success) return { kind: 'settings', settings: parsed.data };
  const [issue] = parsed.error.issues;
  return { kind: 'invalid', message: `${from[String(issue?.path[0])]} ${issue?.message}` };
}

/** Values as text, as the other sources have them; or what is wrong with the file. */
function valuesIn(text: string): Record<string, string> | string {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return 'is not JSON';
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    return 'must hold one JSON object';
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(content)) {
    if (!Object.hasOwn(SETTINGS, name)) {
      return `has no setting ${JSON.stringify(name)}; there are ${Object.keys(SETTINGS).join(', ')}`;
    }
    const expected = TYPES[name as Name] ?? 'string';
    if (typeof value !== expected) return `${name} must be a ${expected}`;
    values[name] = String(value);
  }
  return values;
}
