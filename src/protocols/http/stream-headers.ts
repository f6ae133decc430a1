// The headers of requests and answers about streams.

import type { Producer, Repeated, StreamData, StreamEnd } from '../../api/streams.ts';
import type { Piece } from '../../streams/piece.ts';
import { offsetOf, positionOf } from './offset.ts';
import { RequestProblem } from './problem.ts';

const FORK = ['stream-forked-from', 'stream-fork-offset', 'stream-fork-sub-offset'] as const;

export const FENCING_TOKEN = 'ordinal-fencing-token';

/**
 * Only a creation makes a fork, and the sender of anything else would believe that it has.
 * @throws RequestProblem
 */
export function refuseFork(headers: Headers): void {
  const asked = FORK.find((name) => headers.has(name));
  if (asked) throw new RequestProblem('not-supported', `the header ${asked} is for creations alone`);
}

export function closesStream(headers: Headers): boolean {
  return headers.get('stream-closed')?.toLowerCase() === 'true';
}

/** The tail that a compare-and-append expects: `If-Match: "<offset>"`. @throws RequestProblem */
export function expectedTailIn(headers: Headers): number | undefined {
  const header = headers.get('if-match');
  if (header === null) return undefined;
  const position = positionOf(/^"([^"]*)"$/.exec(header.trim())?.[1] ?? '');
  if (position === undefined) {
    throw new RequestProblem('invalid-request', 'If-Match must be one offset of this server, in quotes');
  }
  return position;
}

/** The token that an append or a close shows: `Ordinal-Fencing-Token: <number>`. @throws RequestProblem */
export function fencingTokenIn(headers: Headers): number | undefined {
  const header = headers.get(FENCING_TOKEN);
  if (header === null) return undefined;
  return numberIn('Ordinal-Fencing-Token', header);
}

const PRODUCER = ['producer-id', 'producer-epoch', 'producer-seq'] as const;

/** The request of a producer that an append or a close is. @throws RequestProblem */
export function producerIn(headers: Headers): Producer | undefined {
  const [id, epoch, sequence] = PRODUCER.map((name) => headers.get(name));
  if (id === null && epoch === null && sequence === null) return undefined;
  if (!id || epoch === null || sequence === null) {
    throw new RequestProblem('invalid-request', `the headers ${PRODUCER.join(', ')} come together`);
  }
  return { id, epoch: numberIn('Producer-Epoch', epoch), sequence: numberIn('Producer-Seq', sequence) };
}

/** @throws RequestProblem */
export function numberIn(name: string, text: string | undefined): number {
  const number = /^\d{1,16}$/.test(text ?? '') ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(number)) {
    throw new RequestProblem('invalid-request', `${name} must be a whole number from 0 on`);
  }
  return number;
}

/** The headers of what a producer has had carried out, now or before. */
export function producerHeaders({ epoch, sequence }: Omit<Producer, 'id'>): Record<string, string> {
  return { 'producer-epoch': String(epoch), 'producer-seq': String(sequence) };
}

/** Tells clients of Ordinal a repeated request from the first one. */
export function repeatedHeaders(result: Repeated): Record<string, string> {
  const { first, last } = result;
  return {
    ...producerHeaders(result),
    'ordinal-repeated': 'true',
    ...(first === undefined || last === undefined ? {} : positionHeaders(first, last)),
    ...endHeaders(result),
  };
}

/** The headers of HEAD, PUT and POST about the end of a stream. */
export function endHeaders({ tail, closed }: StreamEnd): Record<string, string> {
  return { 'stream-next-offset': offsetOf(tail), ...(closed ? { 'stream-closed': 'true' } : {}) };
}

/** The headers about the records that were just appended. */
export function appendHeaders(first: number, end: StreamEnd): Record<string, string> {
  return { ...positionHeaders(first, end.tail), ...endHeaders(end) };
}

function positionHeaders(first: number, last: number): Record<string, string> {
  return { 'ordinal-first-position': String(first), 'ordinal-last-position': String(last) };
}

/** The first position that can be read, now or once it is written. */
export function earliestHeaders(earliest: number): Record<string, string> {
  return { 'ordinal-earliest-position': String(earliest) };
}

/** The headers of a read about its end. */
export function readHeaders({ contentType, next, upToDate, closed }: StreamData): Record<string, string> {
  return {
    'content-type': contentType,
    'stream-next-offset': offsetOf(next),
    ...(upToDate ? { 'stream-up-to-date': 'true' } : {}),
    ...(closed ? { 'stream-closed': 'true' } : {}),
  };
}

/** A piece of a stream as an answer holds it. */
export interface PieceContent {
  readonly etag: string;
  readonly headers: Readonly<Record<string, string>>;
  body(): string | Uint8Array<ArrayBuffer>;
}

/** Asks for record by record, with the position and the time of each. */
export const RECORDS_TYPE = 'application/vnd.ordinal.records+json';

/** Differs for other records, and after the stream is closed. */
export function etagOf({ after, data }: Piece): string {
  return `"${after}:${data.next}${data.closed ? ':closed' : ''}"`;
}

const CURSOR_EPOCH_MS = Date.UTC(2024, 9, 9);
const CURSOR_INTERVAL_MS = 20_000;

/**
 * Makes the URLs of one live reader differ from one wait to the next, so that no cache answers an old one.
 */
export function liveCursor(asked: string | undefined, nowMs: number): string {
  const current = Math.floor((nowMs - CURSOR_EPOCH_MS) / CURSOR_INTERVAL_MS);
  const last = Number(/^\d{1,15}$/.exec(asked ?? '')?.[0] ?? -1);
  return String(last >= current ? last + 1 : current);
}
