// The console as one file: the page, its script, its style sheet and the licences of what they contain. A
// server reads it when the page is first asked for.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type * as Esbuild from 'esbuild';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const SOURCE = join(ROOT, 'console/src');
/** The packages whose code is in the script. */
const CONTAINED = ['preact', '@preact/signals', '@preact/signals-core'];

const TYPES = { '.js': 'text/javascript', '.css': 'text/css', '.txt': 'text/plain' } as const;

interface File {
  readonly type: string;
  /** Names of assets depend on their content, so caches may keep them. */
  readonly immutable: boolean;
  readonly etag: string;
  readonly text: string;
}

/** The content of the file that `protocols/http/console.ts` reads. */
export function consoleBundle(): string {
  const assets = new Map([...scriptAndStyle(), licences()]);
  const named = (extension: string) => [...assets.keys()].find((path) => path.endsWith(extension)) ?? '';
  const page = readFileSync(join(SOURCE, 'index.html'), 'utf8')
    .replace('{style}', named('.css'))
    .replace('{script}', named('.js'))
    .replace('{licences}', named('.txt'));
  const files: Record<string, File> = { '/': fileOf('text/html', page, false) };
  for (const [path, text] of assets) {
    const [, extension = ''] = /(\.\w+)$/.exec(path) ?? [];
    files[path] = fileOf(TYPES[extension as keyof typeof TYPES], text, true);
  }
  return JSON.stringify({ files });
}

function scriptAndStyle(): [path: string, text: string][] {
  // Only a checkout has the bundler.
  const { buildSync }: typeof Esbuild = createRequire(import.meta.url)('esbuild');
  const { outputFiles } = buildSync({
    entryPoints: [{ in: join(SOURCE, 'main.tsx'), out: 'console' }],
    outdir: 'assets',
    entryNames: '[name]-[hash]',
    bundle: true,
    write: false,
    platform: 'browser',
    target: 'es2022',
    format: 'esm',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
  });
  return outputFiles.map(({ path, text }) => [`/assets/${basename(path)}`, text]);
}

function licences(): [path: string, text: string] {
  const texts = CONTAINED.map((name) => {
    const text = readFileSync(join(ROOT, 'node_modules', name, 'LICENSE'), 'utf8');
    return `${name}\n\n${text.trim()}\n`;
  });
  const text = texts.join('\n---\n\n');
  return [`/assets/licences-${digest(text).slice(0, 8)}.txt`, text];
}

function fileOf(type: string, text: string, immutable: boolean): File {
  return { type: `${type}; charset=utf-8`, immutable, etag: `"${digest(text).slice(0, 22)}"`, text };
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
