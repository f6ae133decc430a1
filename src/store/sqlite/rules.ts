// The metadata that few logs have, as the JSON of one column. Most segments have none.

import * as z from 'zod/mini';
import type { Expiry, LogMetadata } from '../../log/segment.ts';

const producer = z.tuple([z.string(), z.number(), z.number(), z.number()]);
const schema = z.object({
  sequence: z.optional(z.string()),
  /** Id, epoch, number, and the base of the segment. */
  producers: z.optional(z.array(producer)),
  expiry: z.optional(z.object({ atMs: z.number(), ttlMs: z.optional(z.number()), renewals: z.number() })),
});

type Rules = Pick<LogMetadata, 'sequence' | 'producers' | 'expiry'>;

export function rulesText({ sequence, producers, expiry }: Rules): string | null {
  if (sequence === undefined && producers === undefined && expiry === undefined) return null;
  const states =
    producers && [...producers].map(([id, state]) => [id, state.epoch, state.sequence, state.base]);
  return JSON.stringify({ sequence, producers: states, expiry });
}

export function rulesOf(text: string | null): Rules {
  if (text === null) return {};
  const { sequence, producers, expiry } = schema.parse(JSON.parse(text));
  const states = producers?.map(
    ([id, epoch, number, base]) => [id, { epoch, sequence: number, base }] as const,
  );
  return {
    ...(sequence === undefined ? {} : { sequence }),
    ...(states ? { producers: new Map(states) } : {}),
    ...(expiry ? { expiry: expiryOf(expiry) } : {}),
  };
}

function expiryOf({ atMs, ttlMs, renewals }: NonNullable<z.infer<typeof schema>['expiry']>): Expiry {
  return { atMs, ...(ttlMs === undefined ? {} : { ttlMs }), renewals };
}
