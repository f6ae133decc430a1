// Watches of keys: what the replica tells, of the keys of the API alone.

import { OrdinalError } from '../api/error.ts';
import type * as api from '../api/watch.ts';
import { StoreError } from '../log/store.ts';
import { prefixFault } from '../resource-names.ts';
import type { Change } from '../state-machine/kernel/entry.ts';
import type { Kernel } from './kernel.ts';
import { shown } from './key-values.ts';
import { shownKey, storedKey } from './keys.ts';

/**
 * Every change of the keys, in order and once, and after each position that it has told.
 *
 * @throws OrdinalError when the store cannot be reached at the beginning, ReplicaStoppedError
 */
export async function* watch(
  kernel: Kernel,
  { prefix = '', after, signal }: api.WatchOptions = {},
): AsyncGenerator<api.WatchEvent, void, undefined> {
  const fault = prefixFault(prefix);
  if (fault !== undefined) throw new OrdinalError('invalid-request', fault);
  const beginning = storedKey(prefix);
  const end = signal ?? new AbortController().signal;
  try {
    let told = after ?? 0;
    for await (const watched of kernel.replica.watch(after, end)) {
      const compacted = kernel.glance((state) => state.compacted) ?? 0;
      // The first one says where the watch begins, which is not the past.
      if (after === undefined && told === 0) told = watched.kind === 'changes' ? watched.position : 0;
      if (told < compacted) return yield { kind: 'gone', earliest: compacted };
      if (watched.kind === 'gone') return yield watched;
      for (const { position, changes } of watched.entries) {
        yield* changesUnder(beginning, position, changes);
      }
      told = watched.position;
      yield { kind: 'progress', position: told };
    }
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    throw new OrdinalError('unavailable', error.message, { cause: error });
  }
}

function* changesUnder(
  beginning: string,
  position: number,
  changes: readonly Change[],
): Generator<api.KeyChange, void, undefined> {
  for (const { key, before, after } of changes) {
    if (!key.startsWith(beginning)) continue;
    yield {
      kind: 'change',
      position,
      key: shownKey(key),
      before: before && shown(before),
      after: after && shown(after),
    };
  }
}
