// Which folder may import which: the map of src/README.md as one table.

import { dirname, normalize } from 'node:path';

interface Layer {
  /** Folders and single files below `src/` whose files it may import, beside its own folder. */
  readonly imports: readonly string[];
  /** Not even the built-in modules of Node: data in, data out. */
  readonly isPure?: true;
}

/** Every layer may import these. They import nothing. */
const FOR_ALL = ['assert.ts', 'clock.ts', 'json-text.ts', 'limits.ts', 'on-demand.ts', 'resource-names.ts'];

/** What programs import; nothing imports them. */
const ENTRY_POINTS = [
  'src/index.ts',
  'src/client.ts',
  'src/dynamodb.ts',
  'src/fence.ts',
  'src/opentelemetry.ts',
  'src/sqlite.ts',
];

/** Types only: what the recipes and the client both give. */
const API = 'api';

const BELOW_SERVICE = ['encoding', 'log', 'streams', 'state-machine', 'replica', 'coordination'];

/** Their interface, and a map that is cheap to copy. */
const FOR_STATE_MACHINES = ['state-machine/state-machine.ts', 'state-machine/sorted-map.ts'];

/** From the lowest to the highest. A folder of folders is listed by its innermost entry that matches. */
export const LAYERS: Readonly<Record<string, Layer>> = {
  api: { imports: [] },
  encoding: { imports: [] },
  log: { imports: ['encoding'] },
  store: { imports: ['encoding', 'log'] },
  'store/sqlite': { imports: ['encoding', 'log'] },
  'store/dynamodb': { imports: ['encoding', 'log', 'store/keys.ts'] },
  streams: { imports: ['encoding', 'log', API] },
  'state-machine': { imports: [], isPure: true },
  'state-machine/kernel': { imports: ['encoding', ...FOR_STATE_MACHINES], isPure: true },
  replica: { imports: ['api/common.ts', 'encoding', 'log', 'state-machine/state-machine.ts'] },
  coordination: { imports: ['encoding', 'log/store.ts', 'replica', 'state-machine', API] },
  access: { imports: [] },
  observability: { imports: ['log'] },
  diagnostics: { imports: [API, 'encoding', 'log', 'store', 'replica', 'state-machine'] },
  service: { imports: [API, ...BELOW_SERVICE, 'observability', 'diagnostics/logs-check.ts'] },
  'protocols/http': {
    imports: [
      API,
      'encoding',
      'access',
      'observability',
      'service',
      'streams',
      'log',
      'replica',
      'coordination',
    ],
  },
  'protocols/zookeeper': {
    imports: [
      'access',
      'coordination',
      'encoding',
      'log',
      'observability',
      'protocols/zookeeper/tree',
      'protocols/zookeeper/wire',
      'replica',
      'service',
    ],
  },
  /** The znode tree, a state machine, and the messages: bytes in, bytes out. */
  'protocols/zookeeper/tree': { imports: ['encoding', ...FOR_STATE_MACHINES], isPure: true },
  'protocols/zookeeper/wire': { imports: ['protocols/zookeeper/tree'], isPure: true },
  lambda: { imports: [] },
  /** A program of its own loads it, without the rest of Ordinal. */
  fence: { imports: [API] },
  client: { imports: [API] },
  'client/aws': { imports: ['client', 'lambda'] },
  server: {
    imports: [
      'access',
      'log',
      'store',
      'observability',
      'service',
      'protocols/http',
      'protocols/zookeeper',
      // A state machine, for those that examine a store.
      'protocols/zookeeper/tree/tree.ts',
    ],
  },
  cli: {
    imports: [
      API,
      'access',
      'client',
      'log',
      'store',
      'streams',
      'diagnostics',
      'observability',
      'server',
      'cli/commands/program.ts',
    ],
  },
  /** One file for each command, and what it does where that is little. */
  'cli/commands': { imports: [API, 'cli', 'client', 'observability', 'server'] },
  'cli/transfer': { imports: [API, 'cli'] },
};

/** Everything that is released. */
const PRODUCT = ['src/', 'functions/', 'infra/'];
const TESTS_AND_BELOW = [...PRODUCT, 'examples/', 'test/'];

/** What the folders beside `src/` may import. Of the entries that match, the innermost counts. */
const OUTSIDE: Readonly<Record<string, readonly string[]>> = {
  functions: ['functions/', 'src/'],
  infra: ['infra/', 'functions/settings.ts', 'functions/metrics.ts'],
  // A client of the HTTP API: it knows types of the product, and nothing else.
  console: ['console/', 'src/api/'],
  test: TESTS_AND_BELOW,
  'test/bench': [...TESTS_AND_BELOW, 'bench/'],
  // The name and the version of the package, and what it exports.
  'test/packaging': [...TESTS_AND_BELOW, 'package.json'],
  'test/packed': [...TESTS_AND_BELOW, 'package.json'],
  // Its command starts the PostgreSQL that is compared there.
  'test/fence': [...TESTS_AND_BELOW, 'bench/peers/'],
  // What the suites and the benchmarks share stands on neither.
  'test/support': [...PRODUCT, 'test/support/'],
  bench: [...PRODUCT, 'bench/', 'test/support/'],
};

const IMPORT = /^(?:import|export)\s[^;]*?from '([^']+)'|\bimport\('([^']+)'\)|^import '([^']+)'/gmsu;

/** Every import of the file `path` that the table does not allow. */
export function violations(path: string, source: string): string[] {
  const targets = [...source.matchAll(IMPORT)].map(
    ([, from, dynamic, bare]) => from ?? dynamic ?? bare ?? '',
  );
  return targets.filter((target) => !isAllowed(path, target)).map((target) => `${path} imports ${target}`);
}

function isAllowed(path: string, target: string): boolean {
  const outside = OUTSIDE[folderIn(OUTSIDE, path) ?? ''];
  if (outside)
    return !target.startsWith('.') || outside.some((one) => resolved(path, target).startsWith(one));
  if (!path.startsWith('src/') || ENTRY_POINTS.includes(path)) return true;
  const file = path.slice('src/'.length);
  const folder = layerOf(file);
  const layer = folder === undefined ? undefined : LAYERS[folder];
  if (!target.startsWith('.')) return !(layer?.isPure && target.startsWith('node:'));
  const imported = resolved(path, target).replace(/^src\//u, '');
  if (!layer) return file === imported || (!file.includes('/') && !imported.includes('/'));
  if (FOR_ALL.includes(imported)) return true;
  const from = layerOf(imported);
  return (
    from === folder || layer.imports.some((one) => one === imported || one === from || one === parent(from))
  );
}

function resolved(path: string, target: string): string {
  return normalize(`${dirname(path)}/${target}`);
}

function layerOf(file: string): string | undefined {
  return folderIn(LAYERS, file);
}

/** The innermost folder of `file` that the table lists. */
function folderIn(table: Readonly<Record<string, unknown>>, file: string): string | undefined {
  for (let folder = dirname(file); folder !== '.'; folder = dirname(folder)) {
    if (table[folder]) return folder;
  }
  return undefined;
}

/** `store` allows `store/sqlite`, too; only a file that is listed by name allows less. */
function parent(folder: string | undefined): string | undefined {
  return folder?.split('/')[0];
}
