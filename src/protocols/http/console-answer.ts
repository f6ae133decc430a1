// The answers to requests for the console: a page at `/` and its assets. The policy of the page lets it load
// nothing from elsewhere, and lets no other page frame it.

import type { Context } from 'hono';
import type { ConsoleFiles } from './console-files.ts';
import type { Environment } from './permission.ts';
import { problem } from './problem.ts';

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** @param files undefined when the console has not been built */
export function consoleAnswer(c: Context<Environment>, files: ConsoleFiles | undefined): Response {
  if (!files) return problem('no-such-route', 'the console is not built: npm run build does that');
  const { path } = c.req;
  const file = Object.hasOwn(files, path) ? files[path] : undefined;
  if (!file) return problem('no-such-route', `there is nothing at ${path}`);
  const headers = {
    'content-type': file.type,
    etag: file.etag,
    'cache-control': file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    'content-security-policy': POLICY,
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  };
  const known = c.req.header('if-none-match')?.split(',');
  if (known?.some((one) => one.trim().replace(/^W\//, '') === file.etag)) {
    return new Response(null, { status: 304, headers });
  }
  return new Response(file.text, { status: 200, headers });
}
