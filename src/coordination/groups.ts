// Groups: a key for each member, which goes with the member's lease.

import type { ListPageOptions, ReadOptions } from '../api/common.ts';
import { OrdinalError } from '../api/error.ts';
import type * as api from '../api/groups.ts';
import type { Random } from '../clock.ts';
import { type ByteString, ofText, toBytes, toText } from '../encoding/byte-string.ts';
import { GROUP_MEMBERS_SHOWN_MAX } from '../limits.ts';
import { leaseFault, nameFault } from '../resource-names.ts';
import type { Check, Operation } from '../state-machine/kernel/command.ts';
import { prefixRange } from '../state-machine/kernel/range.ts';
import type { KernelState } from '../state-machine/kernel/state.ts';
import type { Kernel, Look, Observed } from './kernel.ts';
import { GROUPS } from './keys.ts';
import { leaseAsked } from './leases.ts';
import { invalid, run, storedValue } from './outcome.ts';

export class Groups implements api.Groups {
  readonly #kernel: Kernel;
  readonly #random: Random;

  constructor(kernel: Kernel, random: Random) {
    this.#kernel = kernel;
    this.#random = random;
  }

  async join(group: string, member: string, options: api.JoinOptions): Promise<api.JoinResult> {
    const fault = nameFault('group', group) ?? nameFault('member', member);
    if (fault !== undefined) return invalid(fault);
    const asked = leaseAsked(options, this.#random);
    if (asked.kind === 'rejected') return asked;
    const { lease, ttlMs } = asked;
    const key = memberKey(group, member);
    const range = { key };
    const put: Operation = { kind: 'put', key, value: storedValue(options.metadata), lease };
    const grant: Operation[] = ttlMs === undefined ? [] : [{ kind: 'grant', lease, ttlMs }];
    const isOwn: Check = { range, target: 'lease', is: '=', to: lease };
    const isNew: Check = { range, target: 'version', is: '=', to: 0 };
    const first = this.#kernel.glance((state) =>
      this.#kernel.expiry.proposalFor([state.lease(state.get(key)?.lease ?? '')]),
    );
    const update: Operation = { kind: 'transaction', checks: [isOwn], then: [put], else: [] };
    const result = await run(this.#kernel, { checks: [isNew], then: [...grant, put], else: [update] }, first);
    if (result.kind !== 'transaction') return result;
    const { position } = result;
    if (result.succeeded) return { kind: 'joined', position, lease };
    const [updated] = result.results;
    const isUpdated = updated?.kind === 'transaction' && updated.succeeded;
    return isUpdated ? { kind: 'updated', position, lease } : { kind: 'name-taken', position };
  }

  async leave(group: string, member: string, lease: string): Promise<api.LeaveResult> {
    const fault = nameFault('group', group) ?? nameFault('member', member) ?? leaseFault(lease);
    if (fault !== undefined) return invalid(fault);
    const range = { key: memberKey(group, member) };
    const isOwn: Check = { range, target: 'lease', is: '=', to: lease };
    const remove: Operation = { kind: 'delete', range, previous: false };
    const result = await run(this.#kernel, { checks: [isOwn], then: [remove], else: [] });
    if (result.kind === 'lease-not-found') return { ...result, kind: 'not-member' };
    if (result.kind !== 'transaction') return result;
    return { kind: result.succeeded ? 'left' : 'not-member', position: result.position };
  }

  async members(group: string, options?: ReadOptions): Promise<api.MembersResult> {
    const fault = nameFault('group', group);
    if (fault !== undefined) return invalid(fault);
    const read = await this.#kernel.read((state) => membersOf(state, group), options);
    return read.kind === 'read' ? { kind: 'members', position: read.position, ...read.value } : read;
  }

  async list(options: ListPageOptions = {}): Promise<api.ListGroupsResult> {
    const { listGroups } = await import('./lists.ts');
    return listGroups(this.#kernel, options);
  }

  async *observe(
    group: string,
    signal?: AbortSignal,
  ): AsyncGenerator<readonly api.Member[], void, undefined> {
    for await (const { value } of this.observeVersions(group, signal)) yield value;
  }

  /** Observes the members together with their version. */
  observeVersions(
    group: string,
    signal?: AbortSignal,
  ): AsyncGenerator<Observed<readonly api.Member[]>, void, undefined> {
    const fault = nameFault('group', group);
    if (fault !== undefined) throw new OrdinalError('invalid-request', fault);
    const look: Look<readonly api.Member[]> = {
      version: (state) => versionOf(state, group),
      value: (state) => membersOf(state, group).members,
    };
    return this.#kernel.observe(look, signal);
  }
}

/**
 * A member that comes or changes has the last position of all. One that goes makes them fewer. So two
 * memberships of one version are the same.
 */
function versionOf(state: KernelState, group: string): string {
  let count = 0;
  let last = 0;
  for (const { modified } of state.entriesIn(prefixRange(memberKey(group, '')))) {
    count += 1;
    last = Math.max(last, modified);
  }
  return `${last}-${count}`;
}

function memberKey(group: string, member: string): ByteString {
  return ofText(`${GROUPS}${group}\0${member}`);
}

function membersOf(state: KernelState, group: string) {
  const prefix = memberKey(group, '');
  const { entries, more } = state.range(prefixRange(prefix), { limit: GROUP_MEMBERS_SHOWN_MAX });
  const members = entries.map(({ key, value, lease, created }) => ({
    name: toText(key.slice(prefix.length) as ByteString),
    lease,
    metadata: toBytes(value),
    joined: created,
  }));
  return { members, more };
}
