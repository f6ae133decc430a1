// The code of the functions as Lambda loads it: an ES module each, others that it loads on demand, and source
// maps. The published package brings it; in a checkout it is bundled while the app is synthesised.

import { existsSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AssetHashType, type AssetOptions, DockerImage } from 'aws-cdk-lib';
import type * as Esbuild from 'esbuild';
import { consoleBundle } from './console.ts';

export type FunctionName = 'api' | 'web' | 'maintenance';

/** A Web Function loads just this name, a function either. */
export const MODULES = { api: 'index.mjs', maintenance: 'index.mjs', web: 'index.js' } as const;

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
/** The source of the functions. */
const FUNCTIONS = join(ROOT, 'functions');
/** Beside the built `infra/`, and nowhere else: a checkout has no such folder. */
const BUNDLES = join(ROOT, 'bundles');

/** The arguments of an asset with the code of a function. */
export function codeOf(name: FunctionName): [path: string, options: AssetOptions] {
  const ready = join(BUNDLES, name);
  return existsSync(ready) ? [ready, {}] : [FUNCTIONS, bundled(name)];
}

/** Bundles while the app is synthesised; needs neither Docker nor network. */
function bundled(name: FunctionName): AssetOptions {
  return {
    // The hash is that of the output, because that is the code that runs. The source alone does not show a
    // changed dependency.
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      image: DockerImage.fromRegistry('none'),
      // The command is not run. It distinguishes the bundles: CDK takes assets with one source and equal
      // options for one asset.
      command: [name],
      local: {
        tryBundle(directory) {
          bundle(name, directory);
          return true;
        },
      },
    },
  };
}

/** @returns the files that a cold start loads, the module of the function first; the others load on demand */
export function bundle(name: FunctionName, directory: string): string[] {
  return loadedAtOnce(build(name, directory), MODULES[name]);
}

/** The sources of each file of a bundle. */
export interface BundleContents {
  readonly outputs: Readonly<Record<string, { readonly inputs: Readonly<Record<string, unknown>> }>>;
}

/** The same bundle, for those who ask what is in it. */
export function writeBundle(name: FunctionName, directory: string): BundleContents {
  return build(name, directory);
}

function build(name: FunctionName, directory: string): Esbuild.Metafile {
  // Only a checkout has the bundler.
  const { buildSync }: typeof Esbuild = createRequire(import.meta.url)('esbuild');
  const { metafile } = buildSync({
    entryPoints: [{ in: join(FUNCTIONS, `${name}.ts`), out: 'index' }],
    outdir: directory,
    outExtension: { '.js': extname(MODULES[name]) },
    // Modules that are imported on demand get files of their own.
    splitting: true,
    metafile: true,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // The SDK's builds for `main` are CommonJS, whose `require` an ES module does not have.
    mainFields: ['module', 'main'],
    // Loaded by the SDK in browsers only, and for operations that stream events, of which DynamoDB has none.
    external: ['bowser', '@smithy/core/event-streams'],
    alias: {
      '@aws-sdk/credential-provider-node': join(FUNCTIONS, 'hosted-credentials.ts'),
      '@aws-sdk/endpoint-cache': join(FUNCTIONS, 'no-endpoint-cache.ts'),
    },
    minify: true,
    sourcemap: true,
    sourcesContent: false,
    legalComments: 'none',
    logLevel: 'warning',
  });
  if (name === 'web') writeFileSync(join(directory, 'package.json'), '{"type":"module"}\n');
  if (name !== 'maintenance') writeFileSync(join(directory, 'console.json'), consoleBundle());
  return metafile;
}

function loadedAtOnce({ outputs }: Esbuild.Metafile, entry: string): string[] {
  const files = new Set(Object.keys(outputs).filter((file) => basename(file) === entry));
  // The loop visits added files, too.
  for (const file of files) {
    for (const { path, kind, external } of outputs[file]?.imports ?? []) {
      if (kind === 'import-statement' && !external) files.add(path);
    }
  }
  return [...files].map((file) => resolve(file));
}
