// The last segment of each log as this process has seen it, so that an answer needs to bring only later
// entries. Readers and writers hold these segments anyway. The cache is exact: a segment's number is never
// used again, and its entries are only added to.

import type { Segment } from '../../log/segment.ts';
import { rulesText } from './rules.ts';
import type { Have, SegmentPart } from './segment-rows.ts';

/** The bound on all segments together. Segments that have not changed for the longest time go first. */
const BYTES_MAX = 16 * 1024 * 1024;
/** The memory of a segment without its entries, and of each entry beside its bytes. */
const SEGMENT_BYTES = 512;
const ENTRY_BYTES = 128;

interface Seen {
  readonly number: number;
  readonly segment: Segment;
}

export class LastSegments {
  /** The last segments by log. The one that changed last is at the end. */
  readonly #seen = new Map<string, Seen>();
  #bytes = 0;

  of(log: string): Seen | undefined {
    return this.#seen.get(log);
  }

  /** `seen` may be undefined, or of another segment than the part: then the part is whole. */
  complete(log: string, part: SegmentPart, seen: Seen | undefined, own?: Uint8Array): Segment {
    const { number, base, tail, bytes, cap, metadata } = part;
    const before = seen?.number === number && part.after === seen.segment.tail ? seen.segment : undefined;
    if (before && before.tail === tail && sameRules(before, part)) return before;
    const entries = [...(before?.entries ?? []), ...part.entries, ...(own ? [own] : [])];
    const segment: Segment = { base, tail, entries, bytes, cap, metadata };
    this.keep(log, number, segment);
    return segment;
  }

  keep(log: string, number: number, segment: Segment): void {
    const before = this.#seen.get(log);
    if (before && isBehind({ number, segment }, before)) return;
    if (before) this.#forget(log, before);
    this.#seen.set(log, { number, segment });
    this.#bytes += sizeOf(segment);
    for (const [oldest, { segment: old }] of this.#seen) {
      if (this.#bytes <= BYTES_MAX) return;
      this.#seen.delete(oldest);
      this.#bytes -= sizeOf(old);
    }
  }

  #forget(log: string, { segment }: Seen): void {
    this.#seen.delete(log);
    this.#bytes -= sizeOf(segment);
  }
}

/** An answer can come late, or be about a segment that is not the last. */
function isBehind(a: Seen, b: Seen): boolean {
  if (a.segment.base !== b.segment.base) return a.segment.base < b.segment.base;
  return a.number === b.number ? a.segment.tail < b.segment.tail : a.number < b.number;
}

function sameRules({ metadata: a }: Segment, { metadata: b }: SegmentPart): boolean {
  return (
    a.incarnation === b.incarnation &&
    a.contentType === b.contentType &&
    a.fence === b.fence &&
    a.ended === b.ended &&
    rulesText(a) === rulesText(b)
  );
}

export function haveOf(seen: Seen | undefined): Have | undefined {
  return seen && { number: seen.number, tail: seen.segment.tail };
}

function sizeOf({ bytes, entries }: Segment): number {
  return SEGMENT_BYTES + bytes + entries.length * ENTRY_BYTES;
}
