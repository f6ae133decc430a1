// The functions as Lambda loads them: one ES module each, with a source map.

import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AssetHashType, type AssetOptions, DockerImage } from 'aws-cdk-lib';
import { buildSync } from 'esbuild';

export type FunctionName = 'api' | 'web' | 'maintenance';

/** A Web Function loads just this name, a function either. */
export const MODULES = { api: 'index.mjs', maintenance: 'index.mjs', web: 'index.js' } as const;

const FUNCTIONS = join(dirname(dirname(fileURLToPath(import.meta.url))), 'functions');

/** The folder that the code of a function is made from. */
export const SOURCE = FUNCTIONS;

/** Bundles while the app is synthesised; needs neither Docker nor network. */
export function bundled(name: FunctionName): AssetOptions {
  return {
    // What goes in decides little: dependencies count too. What comes out is what runs.
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      image: DockerImage.fromRegistry('none'),
      // Not run, but it tells the bundles apart: CDK takes assets of one source and equal options for one.
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

export function bundle(name: FunctionName, directory: string): void {
  const entry = source(name);
  buildSync({
    entryPoints: [entry],
    outfile: join(directory, MODULES[name]),
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // The SDK's builds for `main` are CommonJS, whose `require` an ES module does not have.
    mainFields: ['module', 'main'],
    // Loaded by the SDK in browsers only, and for operations that stream events, of which DynamoDB has none.
    external: ['bowser', '@smithy/core/event-streams'],
    alias: { '@aws-sdk/credential-provider-node': source('hosted-credentials') },
    minify: true,
    sourcemap: true,
    sourcesContent: false,
    legalComments: 'none',
    logLevel: 'warning',
  });
  if (name === 'web') writeFileSync(join(directory, 'package.json'), '{"type":"module"}\n');
}

/** TypeScript in a checkout, JavaScript in the published package. */
function source(name: string): string {
  const path = ['ts', 'js'].map((extension) => join(FUNCTIONS, `${name}.${extension}`)).find(existsSync);
  if (!path) throw new Error(`there is no ${name} in ${FUNCTIONS}`);
  return path;
}
