// `ordinal streams create|trim|close|delete|describe`.

import { confirm } from '../confirm.ts';
import { type ConnectionOptions, openOrdinal } from '../connection.ts';
import { looked, no, settled } from '../failure.ts';
import { fields, json, say } from '../output.ts';
import { noStream } from '../stream-pages.ts';

interface CreateOptions extends ConnectionOptions {
  readonly contentType?: string | undefined;
  readonly closed?: true | undefined;
  /** In seconds. */
  readonly keepFor?: number | undefined;
  readonly keepBytes?: number | undefined;
}

export async function create(path: string, options: CreateOptions): Promise<void> {
  const ordinal = await openOrdinal(options);
  const { contentType, closed = false, keepFor, keepBytes } = options;
  const isKept = keepFor === undefined && keepBytes === undefined;
  const retention = isKept ? undefined : { ageSeconds: keepFor, bytes: keepBytes };
  const result = settled(await ordinal.stream(path).create({ contentType, close: closed, retention }));
  if (options.json) return json({ stream: path, ...result });
  return say(result.kind === 'created' ? `created ${path} (${result.contentType})` : `${path} exists`);
}

export async function describe(path: string, options: ConnectionOptions): Promise<void> {
  const ordinal = await openOrdinal(options);
  const result = looked(await ordinal.stream(path).describe());
  if (result.kind === 'missing') throw noStream(path);
  if (options.json) return json({ stream: path, ...result });
  const { contentType, earliest, tail, closed, retention } = result;
  const kept = retention && {
    ...(retention.ageSeconds === undefined ? {} : { 'kept for': `${retention.ageSeconds} s` }),
    ...(retention.bytes === undefined ? {} : { 'kept bytes': retention.bytes }),
  };
  const end = { earliest, tail, closed: closed ? 'yes' : 'no' };
  return fields({ stream: path, 'content type': contentType, ...end, ...kept });
}

interface TrimOptions extends ConnectionOptions {
  readonly before: number;
  readonly yes?: true | undefined;
}

export async function trim(path: string, options: TrimOptions): Promise<void> {
  const ordinal = await openOrdinal(options);
  const { before, yes } = options;
  if (!yes) await confirm(`what is before ${before} in the stream`, path);
  const result = settled(await ordinal.stream(path).trim(before));
  if (result.kind === 'missing') throw noStream(path);
  return options.json ? json({ stream: path, ...result }) : say(`${path} begins at ${result.earliest}`);
}

interface CloseOptions extends ConnectionOptions {
  readonly expectedTail?: number | undefined;
  readonly fencingToken?: number | undefined;
}

export async function close(path: string, options: CloseOptions): Promise<void> {
  const ordinal = await openOrdinal(options);
  const { expectedTail, fencingToken } = options;
  const result = settled(await ordinal.stream(path).close({ expectedTail, fencingToken }));
  if (result.kind === 'missing') throw noStream(path);
  if (result.kind === 'tail-mismatch') throw tailMismatch(path, result);
  return options.json ? json({ stream: path, ...result }) : say(`closed ${path} at ${result.tail}`);
}

interface DeleteOptions extends ConnectionOptions {
  readonly yes?: true | undefined;
}

export async function remove(path: string, options: DeleteOptions): Promise<void> {
  const ordinal = await openOrdinal(options);
  if (!options.yes) await confirm('the stream', path);
  const result = settled(await ordinal.stream(path).delete());
  if (result.kind === 'missing') throw no('stream-not-found', `there is no stream ${path}`);
  return options.json ? json({ stream: path, ...result }) : say(`deleted ${path}`);
}

export function tailMismatch(path: string, end: { readonly tail: number }) {
  return no('tail-mismatch', `${path} is at ${end.tail}`, end);
}
