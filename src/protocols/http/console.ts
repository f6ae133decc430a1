// The console over HTTP: a page at `/` and its assets, as the build has left them in one file. They hold no
// data and need no credentials: a browser sends none with the address that its user types. The page asks the
// API for data, with the rights of its reader.
//
// A function that serves no console does not load this. So it shares no code with the rest.

import { readFile } from 'node:fs/promises';

/** Undefined for a request that is for something else. Without such a file it resolves to undefined. */
export type Console = (request: Request) => Promise<Response | undefined> | undefined;

/** By the paths under which they are served. */
type Files = Readonly<Record<string, File>>;

interface File {
  readonly type: string;
  /** Caches may keep it for ever, because its path names its content. */
  readonly immutable: boolean;
  readonly etag: string;
  readonly text: string;
}

/** The page loads nothing from elsewhere, and no other page can frame it. */
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

const ASSETS = '/assets/';
/** Behind the longest scheme and its slashes begins the host. */
const HOST_AT = 'https://'.length;
const NOT_BUILT = 'The console is not built: npm run build does that.\n';

/** @param places the first of them that has the file of the build is read, when it is first asked for */
export function consoleAt(...places: readonly URL[]): Console {
  let read: Promise<Files | undefined> | undefined;
  const answer = async (request: Request): Promise<Response | undefined> => {
    read ??= firstOf(places);
    const files = await read;
    if (files) return fileAnswer(request, files);
    // It may be built while the server runs.
    read = undefined;
    return new Response(NOT_BUILT, { status: 404, headers: { 'content-type': 'text/plain' } });
  };
  return (request) => (isForConsole(request) ? answer(request) : undefined);
}

/** Every request of the API is looked at, so this looks at its text alone. */
function isForConsole({ method, url }: Request): boolean {
  const path = url.indexOf('/', HOST_AT);
  const isPage = path < 0 || url.length === path + 1 || url[path + 1] === '?';
  return (isPage || url.startsWith(ASSETS, path)) && (method === 'GET' || method === 'HEAD');
}

async function firstOf(places: readonly URL[]): Promise<Files | undefined> {
  for (const place of places) {
    const text = await readFile(place, 'utf8').catch(() => undefined);
    // `infra/console.ts` has written it, and it comes with this code.
    if (text !== undefined) return (JSON.parse(text) as { readonly files: Files }).files;
  }
  return undefined;
}

function fileAnswer({ url, headers: asked }: Request, files: Files): Response | undefined {
  const path = new URL(url).pathname;
  const file = Object.hasOwn(files, path) ? files[path] : undefined;
  if (!file) return undefined;
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
  const known = asked.get('if-none-match')?.split(',');
  if (known?.some((one) => one.trim().replace(/^W\//, '') === file.etag)) {
    return new Response(null, { status: 304, headers });
  }
  return new Response(file.text, { status: 200, headers });
}
