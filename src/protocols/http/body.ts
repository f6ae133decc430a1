// Request bodies: read up to a limit, and understood strictly.

import { en } from 'zod/locales';
import type * as z from 'zod/mini';
import { DecodeError, textOf } from '../../encoding/binary.ts';
import { APPEND_BYTES_MAX, LARGE_APPEND_BYTES_MAX, LARGE_BODIES_MAX } from '../../limits.ts';
import { RequestProblem } from './problem.ts';

const JSON_BYTES_MAX = 64 * 1024;

/** In English, also if a program that embeds this has set another language for Zod. */
const IN_ENGLISH = { error: en().localeError };

let largeBodies = 0;

/**
 * Answers a request with the body of an append. Of the large ones so many at once are taken as memory is
 * meant for; the next one is refused before it is read.
 *
 * @throws RequestProblem as `readBytes` does
 */
export async function withAppendBody<T>(request: Request, use: (body: Uint8Array) => Promise<T>): Promise<T> {
  let held = 0;
  const hold = () => {
    if (largeBodies >= LARGE_BODIES_MAX) throw new RequestProblem('unavailable', 'too many large bodies');
    largeBodies += 1;
    held = 1;
  };
  try {
    return await use(await readBytes(request, LARGE_APPEND_BYTES_MAX, hold));
  } finally {
    largeBodies -= held;
  }
}

/**
 * @param onLarge called, once, before more than 256 KB are read
 * @throws RequestProblem when the body is larger than `bytesMax`, or breaks off.
 */
export async function readBytes(
  request: Request,
  bytesMax: number,
  onLarge: () => void = () => undefined,
): Promise<Uint8Array> {
  const length = request.headers.get('content-length');
  if (Number(length ?? 0) > bytesMax) throw tooLarge(bytesMax);
  if (Number(length ?? 0) > APPEND_BYTES_MAX) onLarge();
  try {
    // Node holds a body to its `Content-Length`, and reading it at once is much cheaper than through a
    // stream.
    const bytes =
      length === null
        ? await readStream(request.body, bytesMax, onLarge)
        : new Uint8Array(await request.arrayBuffer());
    if (bytes.length > bytesMax) throw tooLarge(bytesMax);
    return bytes;
  } catch (error) {
    if (error instanceof RequestProblem) throw error;
    throw new RequestProblem('malformed-request', 'the body of the request broke off');
  }
}

async function readStream(body: Request['body'], bytesMax: number, onLarge: () => void): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body ?? []) {
    const before = size;
    size += part.length;
    if (before <= APPEND_BYTES_MAX && size > APPEND_BYTES_MAX) onLarge();
    if (size > bytesMax) throw tooLarge(bytesMax);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** @throws RequestProblem when the body is not JSON in UTF-8, or not what `schema` describes. */
export async function readJson<T>(request: Request, schema: z.ZodMiniType<T>): Promise<T> {
  return validate(schema, await readAnyJson(request, JSON_BYTES_MAX), 'the body');
}

/** @throws RequestProblem when the body is not JSON in UTF-8, or larger than `bytesMax`. */
export async function readAnyJson(request: Request, bytesMax: number): Promise<unknown> {
  return parseJson(decodeText(await readBytes(request, bytesMax)));
}

/** @throws RequestProblem */
function decodeText(bytes: Uint8Array): string {
  try {
    return textOf(bytes);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new RequestProblem('malformed-request', 'the body is not UTF-8');
  }
}

/** @throws RequestProblem */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new RequestProblem('malformed-request', 'the body is not JSON');
  }
}

/** @param what names the value when the fault is in no part of it. @throws RequestProblem */
export function validate<T>(schema: z.ZodMiniType<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value, IN_ENGLISH);
  if (!parsed.success) throw new RequestProblem('invalid-request', faultsIn(parsed.error, what));
  return parsed.data;
}

/** One line of plain text: `owner: must not be empty; limit: must be a number from 1 to 1000`. */
function faultsIn({ issues }: z.core.$ZodError, what: string): string {
  return issues.map(({ path, message }) => `${path.join('.') || what}: ${message}`).join('; ');
}

function tooLarge(bytesMax: number): RequestProblem {
  return new RequestProblem('too-large', `the body is larger than ${bytesMax} bytes`);
}
