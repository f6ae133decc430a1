// Leases in the order of the bytes of their ids. The state keeps them as JavaScript compares text, by UTF-16
// units. The two orders differ only where characters beyond the Basic Multilingual Plane, whose units are
// surrogates, meet characters from U+E000 on.

import { type ByteString, ofText } from '../encoding/byte-string.ts';
import type { Lease } from '../state-machine/kernel/lease.ts';
import type { Leases } from '../state-machine/kernel/leases.ts';
import { prefixRange } from '../state-machine/kernel/range.ts';
import { rangeAfter } from './page.ts';

/** The first unit by which the orders can differ. */
const SURROGATE = /[\ud800-\uffff]/;
const FIRST_SURROGATE = '\ud800';

/** The leases whose ids begin with `prefix` and come after `after`. */
export function* leasesInOrder(
  leases: Leases,
  prefix: string,
  after: string | undefined,
): Generator<Lease, void, undefined> {
  const last = after === undefined ? undefined : ofText(after);
  const { key, end } = rangeAfter(prefixRange(ofText(prefix)), last);
  const start = last !== undefined && after !== undefined && last > ofText(prefix) ? after : prefix;
  for (const { lease, bytes } of byBytes(leases.from(runOf(start) ?? start))) {
    if (bytes < key) continue;
    if (end !== undefined && end !== '' && bytes >= end) return;
    yield lease;
  }
}

interface Ordered {
  readonly lease: Lease;
  readonly bytes: ByteString;
}

/** Sorts each run of ids that are alike up to their first such unit: the rest is in order already. */
function* byBytes(leases: Iterable<Lease>): Generator<Ordered, void, undefined> {
  let run: string | undefined;
  let held: Ordered[] = [];
  for (const lease of leases) {
    const own = runOf(lease.id);
    if (held.length > 0 && own !== run) {
      yield* sorted(held);
      held = [];
    }
    run = own;
    const ordered = { lease, bytes: ofText(lease.id) };
    if (own === undefined) yield ordered;
    else held.push(ordered);
  }
  yield* sorted(held);
}

/** Where the run that `id` belongs to begins; undefined when the orders do not differ for it. */
function runOf(id: string): string | undefined {
  const at = id.search(SURROGATE);
  return at < 0 ? undefined : id.slice(0, at) + FIRST_SURROGATE;
}

function sorted(run: readonly Ordered[]): Ordered[] {
  return run.toSorted((one, other) => (one.bytes < other.bytes ? -1 : 1));
}
