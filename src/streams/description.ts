// What a look at the end of its log tells of a stream. Loaded with the first that is described.

import type * as api from '../api/streams.ts';
import type { Expiry, Segment } from '../log/segment.ts';
import { typeOf } from './content-type.ts';
import { endOf } from './rejections.ts';
import { describedRetention } from './retention.ts';

export function described({ tail, metadata }: Pick<Segment, 'tail' | 'metadata'>): api.StreamDescription {
  const { expiry, retention } = metadata;
  const configured = { ...describedExpiry(expiry), ...describedRetention(retention) };
  return { contentType: typeOf(metadata), ...configured, ...endOf(tail, metadata) };
}

export function describedExpiry(expiry: Expiry | undefined): { readonly expiry?: api.StreamExpiry } {
  if (!expiry) return {};
  const { atMs, ttlMs } = expiry;
  return { expiry: ttlMs === undefined ? { atMs } : { ttlSeconds: ttlMs / 1000 } };
}
