// Watches of keys: the replica's changes, limited to the keys of the API.

import { OrdinalError } from '../api/error.ts';
import type * as api from '../api/watch.ts';
import { assert } from '../assert.ts';
import { StoreError } from '../log/store.ts';
import { watchReplica } from '../replica/watch.ts';
import { prefixFault } from '../resource-names.ts';
import type { Change } from '../state-machine/kernel/entry.ts';
import type { Kernel } from './kernel.ts';
import { shown } from './key-values.ts';
import { shownKey, storedKey } from './keys.ts';

/**
 * Every change of the keys, in order and once, and each position that has been told.
 *
 * @throws OrdinalError when the store cannot be reached, ReplicaStoppedError
 */
export async function* watch(
  kernel: Kernel,
  { prefix = '', after, signal = new AbortController().signal }: api.WatchOptions = {},
): AsyncGenerator<api.WatchEvent, void, undefined> {
  const fault = prefixFault(prefix) ?? placeFault(after);
  if (fault !== undefined) throw new OrdinalError('invalid-request', fault);
  const compacted = await compactedNow(kernel);
  if (after !== undefined && after < compacted) return yield { kind: 'gone', earliest: compacted };
  const beginning = storedKey(prefix);
  try {
    for await (const watched of watchReplica(kernel.replica.watchParts, after, signal)) {
      if (watched.kind === 'gone') return yield watched;
      for (const { position, changes } of watched.entries) {
        const shownHere = changes.filter(({ key }) => key.startsWith(beginning));
        for (const change of shownHere) yield shownChange(position, change);
        if (shownHere.length > 0 && position < watched.position) yield { kind: 'progress', position };
      }
      yield { kind: 'progress', position: watched.position };
    }
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    throw new OrdinalError('unavailable', error.message, { cause: error });
  }
}

function placeFault(after: number | undefined): string | undefined {
  if (after === undefined || (Number.isSafeInteger(after) && after >= 0)) return undefined;
  return 'a position is a whole number from 0';
}

/** Also brings this process up to date, so that the watch tells pending changes at once. */
async function compactedNow(kernel: Kernel): Promise<number> {
  const read = await kernel.read((state) => state.compacted);
  if (read.kind === 'failed') throw new OrdinalError('unavailable', read.message);
  assert(read.kind === 'read', 'a read that waits for no position reaches it');
  return read.value;
}

function shownChange(position: number, { key, before, after }: Change): api.KeyChange {
  return {
    kind: 'change',
    position,
    key: shownKey(key),
    before: before && shown(before),
    after: after && shown(after),
  };
}
