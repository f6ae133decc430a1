// Reads in the past: the present state and the changes since, where the replica still has them; otherwise a
// state that is made again.

import type { Failed } from '../api/common.ts';
import type { Gone } from '../api/keys.ts';
import type { ByteString } from '../encoding/byte-string.ts';
import { StoreError } from '../log/store.ts';
import type { Change, Entry } from '../state-machine/kernel/entry.ts';
import type { Range } from '../state-machine/kernel/range.ts';
import type { KernelState } from '../state-machine/kernel/state.ts';
import type { Kernel } from './kernel.ts';
import { pageOf } from './page.ts';

interface Page {
  readonly entries: readonly Entry[];
  readonly more: boolean;
}

type PastResult =
  | { readonly kind: 'read'; readonly value: Page }
  | { readonly kind: 'behind'; readonly position: number }
  | Gone
  | Failed;

/** The first entries of `range` as they were at `position`. @throws ReplicaStoppedError */
export async function rangeAt(
  kernel: Kernel,
  position: number,
  range: Range,
  limit: number,
): Promise<PastResult> {
  const reached = await kernel.read((state) => state.compacted, { consistency: 'local', after: position });
  if (reached.kind !== 'read') return reached;
  if (position < reached.value) return { kind: 'gone', earliest: reached.value };
  const changes = kernel.replica.changesSince(position);
  const fromMemory = changes && kernel.glance((state) => undone(state, changes, range, limit));
  if (fromMemory) return { kind: 'read', value: fromMemory };
  try {
    return await kernel.replica.readPast(position, (state) => entriesPage(state.entriesIn(range), limit));
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return { kind: 'failed', definite: true, message: error.message };
  }
}

/** The range as it was before the changes. */
function undone(
  state: KernelState,
  history: readonly { readonly changes: readonly Change[] }[],
  range: Range,
  limit: number,
): Page {
  const before = new Map<ByteString, Entry | undefined>();
  for (const { changes } of history) {
    for (const change of changes) {
      if (isIn(range, change.key) && !before.has(change.key)) before.set(change.key, change.before);
    }
  }
  return entriesPage(merged(state, range, before), limit);
}

/** The first entries, with no more bytes of values than an answer holds. */
export function entriesPage(all: Iterable<Entry>, limit: number): Page {
  const { page, more } = pageOf(all, limit, ({ value }) => value.length);
  return { entries: page, more };
}

/** The entries of the state in key order, with those of `before` instead of the changed ones. */
function* merged(
  state: KernelState,
  range: Range,
  before: ReadonlyMap<ByteString, Entry | undefined>,
): Generator<Entry, void, undefined> {
  const old = [...before.values()].filter((entry) => entry !== undefined);
  old.sort((one, other) => (one.key < other.key ? -1 : 1));
  let next = 0;
  for (const entry of state.entriesIn(range)) {
    for (let one = old[next]; one && one.key < entry.key; one = old[next]) {
      next += 1;
      yield one;
    }
    if (!before.has(entry.key)) yield entry;
  }
  yield* old.slice(next);
}

function isIn({ key, end }: Range, one: ByteString): boolean {
  if (end === undefined) return one === key;
  return one >= key && (end === '' || one < end);
}
