// The metadata that few logs have, as the JSON of one column. Most segments have none.

import * as z from 'zod/mini';
import { originOf, originText } from '../../log/origin.ts';
import type { Expiry, LogMetadata, Retention } from '../../log/segment.ts';

const producer = z.tuple([z.string(), z.number(), z.number(), z.number()]);
const schema = z.object({
  sequence: z.optional(z.string()),
  /** Id, epoch, number, and the base of the segment. */
  producers: z.optional(z.array(producer)),
  uploadsFrom: z.optional(z.number()),
  expiry: z.optional(z.object({ atMs: z.number(), ttlMs: z.optional(z.number()), renewals: z.number() })),
  retention: z.optional(z.object({ ageMs: z.optional(z.number()), bytes: z.optional(z.number()) })),
  past: z.optional(z.object({ bytes: z.number(), latestMs: z.number() })),
  origin: z.optional(z.string()),
});

type Rules = Pick<
  LogMetadata,
  'sequence' | 'producers' | 'expiry' | 'retention' | 'past' | 'uploadsFrom' | 'origin'
>;

export function rulesText(rules: Rules): string | null {
  const { sequence, producers, expiry, retention, past, uploadsFrom, origin } = rules;
  const all = [sequence, producers, expiry, retention, past, uploadsFrom, origin];
  if (all.every((rule) => rule === undefined)) return null;
  const states =
    producers && [...producers].map(([id, state]) => [id, state.epoch, state.sequence, state.base]);
  const text = origin && originText(origin);
  return JSON.stringify({ sequence, producers: states, expiry, retention, past, uploadsFrom, origin: text });
}

export function rulesOf(text: string | null): Rules {
  if (text === null) return {};
  const { sequence, producers, expiry, retention, past, uploadsFrom, origin } = schema.parse(
    JSON.parse(text),
  );
  const states = producers?.map(
    ([id, epoch, number, base]) => [id, { epoch, sequence: number, base }] as const,
  );
  return {
    ...(sequence === undefined ? {} : { sequence }),
    ...(states ? { producers: new Map(states) } : {}),
    ...(expiry ? { expiry: expiryOf(expiry) } : {}),
    ...(retention ? { retention: retentionOf(retention) } : {}),
    ...(past ? { past } : {}),
    ...(uploadsFrom === undefined ? {} : { uploadsFrom }),
    ...(origin === undefined ? {} : { origin: originOf(origin) }),
  };
}

function retentionOf({ ageMs, bytes }: NonNullable<z.infer<typeof schema>['retention']>): Retention {
  return { ...(ageMs === undefined ? {} : { ageMs }), ...(bytes === undefined ? {} : { bytes }) };
}

function expiryOf({ atMs, ttlMs, renewals }: NonNullable<z.infer<typeof schema>['expiry']>): Expiry {
  return { atMs, ...(ttlMs === undefined ? {} : { ttlMs }), renewals };
}
