// The metadata that few logs have, as the JSON of one column. Most segments have none.

import * as z from 'zod/mini';
import type { Expiry, LogMetadata, Retention } from '../../log/segment.ts';

const producer = z.tuple([z.string(), z.number(), z.number(), z.number()]);
const schema = z.object({
  sequence: z.optional(z.string()),
  /** Id, epoch, number, and the base of the segment. */
  producers: z.optional(z.array(producer)),
  expiry: z.optional(z.object({ atMs: z.number(), ttlMs: z.optional(z.number()), renewals: z.number() })),
  retention: z.optional(z.object({ ageMs: z.optional(z.number()), bytes: z.optional(z.number()) })),
  past: z.optional(z.object({ bytes: z.number(), latestMs: z.number() })),
});

type Rules = Pick<LogMetadata, 'sequence' | 'producers' | 'expiry' | 'retention' | 'past'>;

export function rulesText({ sequence, producers, expiry, retention, past }: Rules): string | null {
  if (!(sequence !== undefined || producers || expiry || retention || past)) return null;
  const states =
    producers && [...producers].map(([id, state]) => [id, state.epoch, state.sequence, state.base]);
  return JSON.stringify({ sequence, producers: states, expiry, retention, past });
}

export function rulesOf(text: string | null): Rules {
  if (text === null) return {};
  const { sequence, producers, expiry, retention, past } = schema.parse(JSON.parse(text));
  const states = producers?.map(
    ([id, epoch, number, base]) => [id, { epoch, sequence: number, base }] as const,
  );
  return {
    ...(sequence === undefined ? {} : { sequence }),
    ...(states ? { producers: new Map(states) } : {}),
    ...(expiry ? { expiry: expiryOf(expiry) } : {}),
    ...(retention ? { retention: retentionOf(retention) } : {}),
    ...(past ? { past } : {}),
  };
}

function retentionOf({ ageMs, bytes }: NonNullable<z.infer<typeof schema>['retention']>): Retention {
  return { ...(ageMs === undefined ? {} : { ageMs }), ...(bytes === undefined ? {} : { bytes }) };
}

function expiryOf({ atMs, ttlMs, renewals }: NonNullable<z.infer<typeof schema>['expiry']>): Expiry {
  return { atMs, ...(ttlMs === undefined ? {} : { ttlMs }), renewals };
}
