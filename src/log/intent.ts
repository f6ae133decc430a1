// The intent of a writer, and how the segment at the end of the chain decides it. Pure.

import { assert, unreachable } from '../assert.ts';
import { recordCount } from './batch.ts';
import type { Origin } from './origin.ts';
import { hasGap, requestsOf } from './producers.ts';
import type { Appended, Changed, Refused } from './results.ts';
import {
  type Expiry,
  firstPositionOf,
  holdsEntry,
  isGivenUp,
  type LogMetadata,
  metadataAfter,
  metadataCarried,
  openSegment,
  type Retention,
  refusalOf,
  type Segment,
  type SegmentUpdate,
} from './segment.ts';

/** The intent of a writer: an update, and whether to create a log that does not exist. */
export interface Intent {
  readonly update: SegmentUpdate;
  /**
   * `never`: refuse when the log is missing. `if-missing`: create it, with the update's entry. `must-be-new`:
   * create it, and refuse when it exists.
   */
  readonly create: 'never' | 'if-missing' | 'must-be-new';
  /** The content type of the log, if this write creates it. */
  readonly contentType: string | undefined;
  /** And its expiry, and its origin. */
  readonly expiry?: Expiry | undefined;
  readonly retention?: Retention | undefined;
  readonly origin?: Origin | undefined;
}

export type Decision =
  | { readonly kind: 'update' | 'open'; readonly segment: Segment }
  | { readonly kind: 'settled'; readonly result: Appended | Changed | Refused };

/**
 * Rule 1: `cap` is only for a segment that this decision opens. Whether an existing one is full depends on
 * its own cap.
 */
export function decide(segment: Segment | undefined, intent: Intent, cap: number): Decision {
  const { update, create } = intent;
  if (!segment)
    return create === 'never' ? settledRefused('missing', undefined) : created(undefined, intent, cap);
  // Rule 2: an earlier try of this batch counts before anything else that the segment says.
  if (update.entry && holdsEntry(segment, update.entry)) {
    return { kind: 'settled', result: resultIn(segment, update) };
  }
  const gone = segment.metadata.ended === 'deleted';
  if (gone && create !== 'never') return created(segment, intent, cap);
  if (create === 'must-be-new') return settledRefused('exists', segment);
  const refusal = refusalOf(segment, update);
  switch (refusal) {
    case undefined:
      return { kind: 'update', segment };
    case 'full': {
      const base = segment.tail;
      const metadata = metadataAfter(metadataCarried(segment), update, base);
      return { kind: 'open', segment: openSegment({ base, cap, metadata, entry: update.entry }) };
    }
    case 'deleted':
    case 'incarnation-mismatch':
      // The intended incarnation is over.
      return settledRefused('missing', segment);
    case 'sealed':
      if (update.end === 'sealed' && !update.entry && !update.conditions.producer) {
        return { kind: 'settled', result: resultIn(segment, update) };
      }
      return settledRefused('sealed', segment);
    case 'tail-mismatch':
    case 'fenced':
    case 'sequence-behind':
    case 'repeated':
    case 'stale-epoch':
    case 'producer-gap':
    case 'renewed':
    case 'given-up':
      return settledRefused(refusal, segment);
    case 'duplicate':
      return { kind: 'settled', result: resultIn(segment, update) };
    default:
      return unreachable(refusal);
  }
}

/** The result of an update that `segment` has taken. */
export function resultIn(segment: Segment, update: SegmentUpdate): Appended | Changed {
  const { metadata } = segment;
  if (!update.entry) return { kind: 'changed', tail: segment.tail, metadata };
  const first = firstPositionOf(segment, update.entry);
  assert(first !== undefined, 'a segment lacks the entry that it has taken');
  return { kind: 'appended', first, last: first + recordCount(update.entry) - 1, metadata };
}

/** @param ended with the tombstone of the incarnation before; undefined where there was none */
function created(ended: Segment | undefined, intent: Intent, cap: number): Decision {
  const { update } = intent;
  const { conditions } = update;
  const base = ended?.tail ?? 0;
  const metadata = metadataOfNew(ended, intent);
  const refused = (reason: Refused['reason']): Decision => ({
    kind: 'settled',
    result: { kind: 'refused', reason, tail: base, metadata: undefined },
  });
  // The intended incarnation is over, and the writer asked for no new one.
  if (conditions.incarnation !== undefined && conditions.incarnation !== base) return refused('missing');
  if (conditions.expectedTail !== undefined && conditions.expectedTail !== base)
    return refused('tail-mismatch');
  if (hasGap(undefined, requestsOf(conditions))) return refused('producer-gap');
  if (isGivenUp(metadata.uploadsFrom, conditions)) return refused('given-up');
  const after = metadataAfter(metadata, update, base);
  return { kind: 'open', segment: openSegment({ base, cap, metadata: after, entry: update.entry }) };
}

function metadataOfNew(ended: Segment | undefined, intent: Intent): LogMetadata {
  const { update, contentType, expiry, retention, origin } = intent;
  // One more tombstone is of the incarnation that is over, whose origin must not be forgotten.
  if (ended && update.end === 'deleted' && update.conditions.incarnation === undefined)
    return metadataCarried(ended);
  const uploadsFrom = ended?.metadata.uploadsFrom;
  return {
    incarnation: ended?.tail ?? 0,
    ...(contentType === undefined ? {} : { contentType }),
    ...(expiry ? { expiry } : {}),
    ...(retention ? { retention } : {}),
    ...(origin ? { origin } : {}),
    ...(uploadsFrom === undefined ? {} : { uploadsFrom }),
  };
}

function settledRefused(reason: Refused['reason'], segment: Segment | undefined): Decision {
  return {
    kind: 'settled',
    result: { kind: 'refused', reason, tail: segment?.tail ?? 0, metadata: segment?.metadata },
  };
}
