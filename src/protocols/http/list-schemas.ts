// The shapes of requests for lists, for the history and for diagnostics. Loaded when one is asked for.

import * as z from 'zod/mini';
import { digits, limit, readQuery } from './schemas.ts';

/** Of lists in the order of bytes, where the last name of a page leads to the next one. */
export const pageQuery = z.object({
  prefix: z._default(z.string(), ''),
  after: z.optional(z.string()).check(z.describe('Names after this one: the last of the page before')),
  limit,
});

export const listPageQuery = z.extend(pageQuery, {
  consistency: readQuery.shape.consistency,
  minPosition: readQuery.shape.after,
});

export const HISTORY_RESOURCES = [
  'names',
  'keys',
  'leases',
  'locks',
  'elections',
  'groups',
  'sequences',
] as const;

export const historyQuery = z.object({
  after: z
    .optional(digits)
    .check(z.describe('The commands after this position. Default: from the earliest that is left')),
  limit,
  prefix: z._default(z.string(), '').check(z.describe('Only commands about a name with this prefix')),
  resource: z.optional(z.enum(HISTORY_RESOURCES)).check(z.describe('Only commands about its names')),
});

export const diagnosticsQuery = z.object({
  log: z
    .optional(z.string())
    .check(z.describe('This log alone: namespace/<namespace>, stream/<path> or system/<name>. Default: all')),
  after: z.optional(z.string()).check(z.describe('Go on behind this log: the next of the answer before')),
});
