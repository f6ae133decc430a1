// The origin of a log: its first records are those of another one.

import * as z from 'zod/mini';

export interface Origin {
  /** The name of the other log, and its incarnation. */
  readonly log: string;
  readonly incarnation: number;
  /** The records at `after + 1 … upTo` are the other log's. Those of this log come behind them. */
  readonly after: number;
  readonly upTo: number;
  /**
   * For the owner of the log, who may have named the end more finely than by a position: so much behind
   * another one.
   */
  readonly anchor?: number | undefined;
  readonly subOffset?: number | undefined;
}

const schema = z.object({
  log: z.string(),
  incarnation: z.number(),
  after: z.number(),
  upTo: z.number(),
  anchor: z.optional(z.number()),
  subOffset: z.optional(z.number()),
});

/** As stores keep it. */
export function originText(origin: Origin): string {
  return JSON.stringify(origin);
}

export function originOf(text: string): Origin {
  return schema.parse(JSON.parse(text));
}
