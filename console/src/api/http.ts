// One request to the API that serves this page, and what came of it. The page has no rights of its own: each
// request has the token of its reader.

import { needToken, token } from '../state/session.ts';

export interface Problem {
  /** A code of the API, or `unreachable` when no answer came. */
  readonly code: string;
  readonly detail: string;
  /** Nothing happened, and nothing will. Otherwise it may have. */
  readonly definite: boolean;
  /** The other members of the problem document. */
  readonly members: Readonly<Record<string, unknown>>;
}

export interface Answer<Body> {
  readonly kind: 'answer';
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
  /** Of the log of the namespace; undefined where the answer is not about one. */
  readonly position: number | undefined;
}

export type Outcome<Body> = Answer<Body> | { readonly kind: 'problem'; readonly problem: Problem };

export interface Sending {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
}

/** The answer as it begins, whose body is still to come. */
export type Opened =
  | { readonly kind: 'open'; readonly response: Response }
  | Extract<Outcome<never>, { kind: 'problem' }>;

/** Asks for JSON. The server that answers has also served this page, so both are of one version. */
export async function get<Body>(path: string, signal?: AbortSignal): Promise<Outcome<Body>> {
  const sending = { headers: { accept: 'application/json' }, ...(signal ? { signal } : {}) };
  return send<Body>('GET', path, sending);
}

export async function send<Body>(
  method: string,
  path: string,
  sending: Sending = {},
): Promise<Outcome<Body>> {
  const opened = await open(method, path, sending);
  if (opened.kind === 'problem') return opened;
  const { status, headers } = opened.response;
  const position = headers.has('ordinal-position') ? Number(headers.get('ordinal-position')) : undefined;
  try {
    const text = await opened.response.text();
    const isJson = (headers.get('content-type') ?? '').startsWith('application/json');
    const body = (isJson && text !== '' ? JSON.parse(text) : text) as Body;
    return { kind: 'answer', status, headers, body, position };
  } catch (error) {
    return { kind: 'problem', problem: brokenOff(method, error) };
  }
}

export async function open(
  method: string,
  path: string,
  { headers, body, signal }: Sending,
): Promise<Opened> {
  const credentials = token.value;
  try {
    const response = await fetch(path, {
      method,
      headers: {
        ...(credentials === '' ? {} : { authorization: `Bearer ${credentials}` }),
        ...headers,
      },
      // The console shows what is so now.
      cache: 'no-store',
      ...(body === undefined ? {} : { body }),
      ...(signal ? { signal } : {}),
    });
    if (response.ok) return { kind: 'open', response };
    const problem = await problemOf(method, response);
    if (problem.code === 'unauthenticated') needToken(credentials);
    return { kind: 'problem', problem };
  } catch (error) {
    return { kind: 'problem', problem: brokenOff(method, error) };
  }
}

function brokenOff(method: string, error: unknown): Problem {
  const detail = error instanceof DOMException ? 'given up' : 'the server does not answer';
  return { code: 'unreachable', detail, definite: method === 'GET', members: {} };
}

async function problemOf(method: string, response: Response): Promise<Problem> {
  const document = await response.json().catch(() => undefined);
  if (isProblem(document)) {
    const { code, detail, definite } = document;
    return { code, detail: detail ?? '', definite, members: document };
  }
  // Of a proxy on the way. What it refused has not happened; what broke may have.
  const definite = method === 'GET' || response.status < 500;
  return { code: `http-${response.status}`, detail: response.statusText, definite, members: {} };
}

interface Document extends Record<string, unknown> {
  readonly code: string;
  readonly detail?: string;
  readonly definite: boolean;
}

function isProblem(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && 'code' in value && 'definite' in value;
}

/**
 * A key under which a change may be sent again. `crypto.randomUUID` is missing where a page came without TLS.
 */
export function newIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
