// What a creation asks for, and whether a stream that is there already is just that.

import type * as api from '../api/streams.ts';
import { STREAM_RETENTION_BYTES_MAX, STREAM_TTL_SECONDS_MAX } from '../limits.ts';
import type { Origin } from '../log/origin.ts';
import type { Expiry, LogMetadata } from '../log/segment.ts';
import { isStreamPath, streamLogName } from '../resource-names.ts';
import { isContentType, isSameType, JSON_TYPE, typeOf } from './content-type.ts';
import { describedExpiry } from './description.ts';
import { endOf, NO_CONTENT_TYPE, rejected } from './rejections.ts';
import { describedRetention, isSameRetention } from './retention.ts';

/** The greatest time that a Date can hold. */
const TIME_MS_MAX = 8_640_000_000_000_000;
const NO_EXPIRY = rejected('invalid-request', 'a stream can expire at no such time');
const NO_RETENTION = rejected('invalid-request', 'a stream is kept for whole seconds or bytes, from 1 on');
const NO_FORK = rejected('invalid-request', 'a fork has the path of a stream, and whole numbers from 0 on');

export interface Configuration {
  /** Undefined of a fork: that of the source. */
  readonly contentType: string | undefined;
  readonly close: boolean;
  /** Undefined of a fork: that of the source. */
  readonly expiry: api.StreamExpiry | undefined;
  readonly retention: api.StreamRetention | undefined;
  readonly fork: api.ForkOptions | undefined;
}

export function configurationIn(options: api.CreateOptions): Configuration | api.StreamRejected {
  const { contentType, fork, close = false, expiry, retention } = options;
  if (contentType !== undefined && !isContentType(contentType)) return NO_CONTENT_TYPE;
  if (expiry && !isExpiry(expiry)) return NO_EXPIRY;
  if (retention && !isRetention(retention)) return NO_RETENTION;
  if (fork && !isFork(fork)) return NO_FORK;
  return { contentType, close, expiry, retention, fork };
}

/** A stream may be created twice if both calls name the same configuration. */
export function createdBefore(
  { tail, metadata }: { tail: number; metadata: LogMetadata | undefined },
  asked: Configuration,
): Exclude<api.CreateResult, { kind: 'created' }> {
  const contentType = typeOf(metadata);
  const end = endOf(tail, metadata);
  const isSame =
    isSameFork(metadata?.origin, asked.fork) &&
    isSameType(contentType, asked.contentType ?? (asked.fork ? contentType : JSON_TYPE)) &&
    ((asked.fork && !asked.expiry) || isSameExpiry(metadata?.expiry, asked.expiry)) &&
    isSameRetention(metadata?.retention, asked.retention);
  if (isSame && end.closed === asked.close)
    return {
      kind: 'exists',
      contentType,
      ...describedExpiry(metadata?.expiry),
      ...describedRetention(metadata?.retention),
      ...end,
    };
  return rejected('stream-exists', 'the stream exists with another configuration', end);
}

/** Retention is carried out by maintenance, and so is an expiry that nobody comes upon. */
export function isMaintained({ expiry, retention }: { expiry?: unknown; retention?: unknown }): boolean {
  return expiry !== undefined || retention !== undefined;
}

export function expiryOf(asked: api.StreamExpiry | undefined, nowMs: number): Expiry | undefined {
  if (!asked) return undefined;
  if ('atMs' in asked) return { atMs: asked.atMs, renewals: 0 };
  const ttlMs = asked.ttlSeconds * 1000;
  return { atMs: nowMs + ttlMs, ttlMs, renewals: 0 };
}

function isFork({ from, after = 0, subOffset = 0 }: api.ForkOptions): boolean {
  return isStreamPath(from) && [after, subOffset].every((value) => isCount(value, Number.MAX_SAFE_INTEGER));
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

function isSameExpiry(there: Expiry | undefined, asked: api.StreamExpiry | undefined): boolean {
  if (!there || !asked) return there === asked;
  if ('ttlSeconds' in asked) return there.ttlMs === asked.ttlSeconds * 1000;
  return there.ttlMs === undefined && there.atMs === asked.atMs;
}

/** Whatever incarnation of the source it is of. */
function isSameFork(origin: Origin | undefined, asked: api.ForkOptions | undefined): boolean {
  if (!origin || !asked) return !origin && !asked;
  const { upTo, anchor = upTo, subOffset = 0 } = origin;
  if (origin.log !== streamLogName(asked.from) || subOffset !== (asked.subOffset ?? 0)) return false;
  return asked.after === undefined || asked.after === anchor;
}
