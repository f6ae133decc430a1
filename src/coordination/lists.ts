// Lists of the resources of recipes, in pages and in the order of the bytes of their names. Loaded when one
// is asked for.

import type { Behind, Failed, ListPageOptions, Positioned, Rejected } from '../api/common.ts';
import type { ListElectionsResult, ListedElection } from '../api/elections.ts';
import type { ListedGroup, ListGroupsResult } from '../api/groups.ts';
import type { LeaseState, ListLeasesResult } from '../api/leases.ts';
import type { ListedLock, ListLocksResult, LockState } from '../api/locks.ts';
import type { ListedSequence, ListSequencesResult } from '../api/sequences.ts';
import { ofText, toText } from '../encoding/byte-string.ts';
import { GROUP_MEMBERS_SHOWN_MAX } from '../limits.ts';
import { leaseFault, nameFault } from '../resource-names.ts';
import { prefixRange } from '../state-machine/kernel/range.ts';
import type { KernelState } from '../state-machine/kernel/state.ts';
import type { Kernel } from './kernel.ts';
import { ELECTIONS, GROUPS, LOCKS, SEQUENCES } from './keys.ts';
import type { FoundLease } from './leases.ts';
import { leasesInOrder } from './leases-in-order.ts';
import { type Listed, listed, listedItem, namesIn, pageRejected } from './list-page.ts';
import { rangeAfter } from './page.ts';
import { NUMBERS } from './queue.ts';

type PageOf<Members> =
  | ({ readonly kind: 'page'; readonly more: boolean } & Positioned & Members)
  | Behind
  | Rejected
  | Failed;

export async function listLocks(
  kernel: Kernel,
  options: ListPageOptions,
  stateOf: (state: KernelState, name: string) => LockState,
): Promise<ListLocksResult> {
  return page(
    kernel,
    options,
    'lock',
    (locks: readonly ListedLock[]) => ({ locks }),
    function* (state) {
      for (const name of namesIn(state, ofText(LOCKS + NUMBERS), options)) {
        const lock = { name, ...stateOf(state, name) };
        const places = [...lock.holders, ...lock.waiters];
        const bytes = places.reduce((sum, { lease }) => sum + lease.length, 0);
        yield listedItem(lock, places.length, bytes);
      }
    },
  );
}

export async function listElections(
  kernel: Kernel,
  options: ListPageOptions,
  stateOf: (state: KernelState, name: string) => Omit<ListedElection, 'name'>,
): Promise<ListElectionsResult> {
  return page(
    kernel,
    options,
    'election',
    (elections: readonly ListedElection[]) => ({ elections }),
    function* (state) {
      for (const name of namesIn(state, ofText(ELECTIONS + NUMBERS), options)) {
        const election = { name, ...stateOf(state, name) };
        yield listedItem(election, election.candidates, election.leader?.value.length);
      }
    },
  );
}

export async function listGroups(kernel: Kernel, options: ListPageOptions): Promise<ListGroupsResult> {
  return page(
    kernel,
    options,
    'group',
    (groups: readonly ListedGroup[]) => ({ groups }),
    function* (state) {
      for (const name of namesIn(state, ofText(GROUPS), options)) {
        const all = prefixRange(ofText(`${GROUPS}${name}\0`));
        const members = state.range(all, { limit: GROUP_MEMBERS_SHOWN_MAX }).entries.length;
        yield listedItem({ name, members }, members);
      }
    },
  );
}

export async function listSequences(kernel: Kernel, options: ListPageOptions): Promise<ListSequencesResult> {
  const { prefix = '', after } = options;
  return page(
    kernel,
    options,
    'sequence',
    (sequences: readonly ListedSequence[]) => ({ sequences }),
    function* (state) {
      const last = after === undefined ? undefined : ofText(SEQUENCES + after);
      const range = rangeAfter(prefixRange(ofText(SEQUENCES + prefix)), last);
      for (const { key, value } of state.entriesIn(range)) {
        yield listedItem({ name: toText(key).slice(SEQUENCES.length), value: Number(toText(value)) }, 1);
      }
    },
  );
}

export async function listLeases(
  kernel: Kernel,
  options: ListPageOptions,
  stateOf: (kernel: Kernel, found: FoundLease) => LeaseState,
): Promise<ListLeasesResult> {
  const { prefix = '', after } = options;
  const shown = (all: readonly FoundLease[]) => ({ leases: all.map((one) => stateOf(kernel, one)) });
  return page(kernel, options, 'lease', shown, function* ({ leases }) {
    for (const found of leasesInOrder(leases, prefix, after)) {
      yield listedItem({ found, keys: leases.keyCountOf(found.id) }, 1, found.id.length);
    }
  });
}

/** @param what one of the names @param shown the items as members of the result */
async function page<T, Members>(
  kernel: Kernel,
  options: ListPageOptions,
  what: string,
  shown: (items: readonly T[]) => Members,
  look: (state: KernelState) => Iterable<Listed<T>>,
): Promise<PageOf<Members>> {
  const rejected = pageRejected(options, (name) =>
    what === 'lease' ? leaseFault(name) : nameFault(what, name),
  );
  if (rejected) return rejected;
  const read = await listed(kernel, options, look);
  if (read.kind !== 'page') return read;
  const { items, ...rest } = read;
  return { ...rest, ...shown(items) };
}
