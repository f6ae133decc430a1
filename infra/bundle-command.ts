// The command line as the package ships it: with the libraries that only it needs, so that a program which
// installs the package for its library does not get them, too.

import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { writeLicenses } from './third-party-licenses.ts';

/** What stays outside: the package's own dependencies, and what a user installs for a store. */
const EXTERNAL = [
  'bidi-js',
  'hono',
  'jose',
  'sorted-btree',
  'zod',
  '@photostructure/sqlite',
  '@aws-sdk/*',
  '@aws-crypto/*',
  '@smithy/*',
];

/** Some libraries are CommonJS, and ask for Node's modules by `require`. */
const REQUIRE =
  "import { createRequire as createRequireOfBundle } from 'node:module';const require = createRequireOfBundle(import.meta.url);";

export function bundleCommand(outdir: string): void {
  const { metafile } = buildSync({
    // The thread that writes to SQLite is started from a file of its own, beside the code that starts it.
    entryPoints: { main: 'src/cli/main.ts', 'writer-thread': 'src/store/sqlite/writer-thread.ts' },
    outdir,
    bundle: true,
    // Each command is loaded only when it is asked for.
    splitting: true,
    chunkNames: '[name]-[hash]',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: EXTERNAL,
    banner: { js: REQUIRE },
    legalComments: 'none',
    metafile: true,
    logLevel: 'error',
  });
  writeLicenses(join(outdir, 'THIRD-PARTY-LICENSES.txt'), [metafile]);
}
