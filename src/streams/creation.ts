// Creates a stream. Loaded with the first that is created.

import type * as api from '../api/streams.ts';
import { unreachable } from '../assert.ts';
import { STREAM_RETENTION_BYTES_MAX, STREAM_TTL_SECONDS_MAX } from '../limits.ts';
import { isTooLarge, type Log } from '../log/log.ts';
import type { TailResult } from '../log/reader.ts';
import type { Ended, Failed, Refused } from '../log/results.ts';
import type { Expiry } from '../log/segment.ts';
import { isContentType, isSameType, JSON_TYPE, typeOf } from './content-type.ts';
import { describedExpiry } from './description.ts';
import { bytesOf, recordsIn } from './records.ts';
import { rejectedAs } from './refusals.ts';
import { endOf, failed, NO_CONTENT_TYPE, rejected, TOO_LARGE } from './rejections.ts';
import { describedRetention, isSameRetention, retentionOf } from './retention.ts';
import type { StreamRegister } from './stream.ts';

/** The greatest time that a Date can hold. */
const TIME_MS_MAX = 8_640_000_000_000_000;
const NO_EXPIRY = rejected('invalid-request', 'a stream can expire at no such time');
const NO_RETENTION = rejected('invalid-request', 'a stream is kept for whole seconds or bytes, from 1 on');

interface Configuration {
  readonly contentType: string;
  readonly close: boolean;
  readonly expiry: api.StreamExpiry | undefined;
  readonly retention: api.StreamRetention | undefined;
}

interface CreationParts {
  readonly log: Log;
  readonly register: StreamRegister;
  /** At the end of the stream. One that has expired is over. @throws StoreError */
  look(): Promise<TailResult | Ended>;
  nowMs(): number;
}

/**
 * The three steps keep a stream that exists in the list, whatever other processes do in between, and wherever
 * this one ends: a look, the note, and a creation that continues just what the look has seen. A deletion in
 * between ends another incarnation, and the creation is refused (decision 38).
 *
 * @throws StoreError
 */
export async function createStream(
  options: api.CreateOptions,
  { log, register, look, nowMs }: CreationParts,
): Promise<api.CreateResult> {
  const configuration = configurationIn(options);
  if ('kind' in configuration) return configuration;
  const { contentType, close } = configuration;
  const records = recordsIn(bytesOf(options.body ?? ''), contentType);
  if ('kind' in records) return records;
  if (isTooLarge(records)) return TOO_LARGE;
  for (;;) {
    const end = await look();
    await register.add(isMaintained(configuration));
    if (end.kind === 'end') return createdBefore(end.segment, configuration);
    const expiry = expiryOf(configuration.expiry, nowMs());
    const retention = retentionOf(configuration.retention);
    const asked = { contentType, records, seal: close, expiry, retention, incarnation: end.tail };
    const result = await log.create(asked);
    const configured = { ...describedExpiry(expiry), ...describedRetention(retention) };
    const told = { kind: 'created', contentType, closed: close, ...configured } as const;
    switch (result.kind) {
      case 'appended':
        return { ...told, first: result.first, tail: result.last };
      case 'changed':
        return { ...told, first: result.tail + 1, tail: result.tail };
      case 'refused':
        if (result.reason === 'missing') continue;
        return result.reason === 'exists' ? createdBefore(result, configuration) : rejectedAs(result);
      case 'failed':
        return createdPerhaps(log, result, { ...configuration, hasRecords: records.length > 0 });
      default:
        return unreachable(result);
    }
  }
}

/** It does not matter who has created a stream that is just what was asked for. */
async function createdPerhaps(
  log: Log,
  failure: Failed,
  { hasRecords, ...configuration }: Configuration & { readonly hasRecords: boolean },
): Promise<api.CreateResult> {
  if (failure.definite) return failed(failure);
  const look = await log.checkTail().catch(() => undefined);
  if (look?.kind !== 'end') return failed(failure);
  const { tail, metadata } = look.segment;
  const result = createdBefore({ tail, metadata }, configuration);
  // Records that are there may be those of this creation, or of anybody.
  const isKnown = !hasRecords || tail === metadata.incarnation;
  return result.kind === 'exists' && isKnown ? result : failed(failure);
}

/** Retention is carried out by maintenance, and so is an expiry that nobody comes upon. */
function isMaintained({ expiry, retention }: Configuration): boolean {
  return expiry !== undefined || retention !== undefined;
}

function configurationIn(options: api.CreateOptions): Configuration | api.StreamRejected {
  const { contentType = JSON_TYPE, close = false, expiry, retention } = options;
  if (!isContentType(contentType)) return NO_CONTENT_TYPE;
  if (expiry && !isExpiry(expiry)) return NO_EXPIRY;
  if (retention && !isRetention(retention)) return NO_RETENTION;
  return { contentType, close, expiry, retention };
}

/** A stream may be created twice if both calls name the same configuration. */
function createdBefore(
  { tail, metadata }: Pick<Refused, 'tail' | 'metadata'>,
  { contentType, close, expiry, retention }: Configuration,
): api.CreateResult {
  const there = typeOf(metadata);
  const end = endOf(tail, metadata);
  const isSame =
    isSameType(there, contentType) &&
    isSameExpiry(metadata?.expiry, expiry) &&
    isSameRetention(metadata?.retention, retention);
  if (isSame && end.closed === close)
    return {
      kind: 'exists',
      contentType: there,
      ...describedExpiry(metadata?.expiry),
      ...describedRetention(metadata?.retention),
      ...end,
    };
  return rejected('stream-exists', 'the stream exists with another configuration', end);
}

function isRetention({ ageSeconds, bytes }: api.StreamRetention): boolean {
  if (ageSeconds === undefined && bytes === undefined) return false;
  const isAge = ageSeconds === undefined || (ageSeconds > 0 && isCount(ageSeconds, STREAM_TTL_SECONDS_MAX));
  return isAge && (bytes === undefined || (bytes > 0 && isCount(bytes, STREAM_RETENTION_BYTES_MAX)));
}

function isExpiry(expiry: api.StreamExpiry): boolean {
  if ('ttlSeconds' in expiry) return isCount(expiry.ttlSeconds, STREAM_TTL_SECONDS_MAX);
  return isCount(expiry.atMs, TIME_MS_MAX);
}

function isCount(value: number, max: number): boolean {
  return Number.isSafeInteger(value) && value >= 0 && value <= max;
}

function expiryOf(asked: api.StreamExpiry | undefined, nowMs: number): Expiry | undefined {
  if (!asked) return undefined;
  if ('atMs' in asked) return { atMs: asked.atMs, renewals: 0 };
  const ttlMs = asked.ttlSeconds * 1000;
  return { atMs: nowMs + ttlMs, ttlMs, renewals: 0 };
}

function isSameExpiry(there: Expiry | undefined, asked: api.StreamExpiry | undefined): boolean {
  if (!there || !asked) return there === asked;
  if ('ttlSeconds' in asked) return there.ttlMs === asked.ttlSeconds * 1000;
  return there.ttlMs === undefined && there.atMs === asked.atMs;
}
