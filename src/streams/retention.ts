// How much of a stream is kept, as its creator says it and as its log does.

import type * as api from '../api/streams.ts';
import type { Retention } from '../log/segment.ts';

export function describedRetention(retention: Retention | undefined): {
  readonly retention?: api.StreamRetention;
} {
  if (!retention) return {};
  const { ageMs, bytes } = retention;
  return {
    retention: {
      ...(ageMs === undefined ? {} : { ageSeconds: ageMs / 1000 }),
      ...(bytes === undefined ? {} : { bytes }),
    },
  };
}

export function retentionOf(asked: api.StreamRetention | undefined): Retention | undefined {
  if (!asked) return undefined;
  const { ageSeconds, bytes } = asked;
  return {
    ...(ageSeconds === undefined ? {} : { ageMs: ageSeconds * 1000 }),
    ...(bytes === undefined ? {} : { bytes }),
  };
}

export function isSameRetention(
  there: Retention | undefined,
  asked: api.StreamRetention | undefined,
): boolean {
  const wanted = retentionOf(asked);
  return there?.ageMs === wanted?.ageMs && there?.bytes === wanted?.bytes;
}
