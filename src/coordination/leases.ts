// Leases: granted and revoked by transactions, renewed in groups, ended by any process that sees that their
// time is over.

import type { ListPageOptions, ReadOptions, Rejected } from '../api/common.ts';
import type * as api from '../api/leases.ts';
import { assert } from '../assert.ts';
import type { Random } from '../clock.ts';
import { LEASE_TTL_MS_MAX, LEASES_PER_COMMAND_MAX } from '../limits.ts';
import { leaseFault } from '../resource-names.ts';
import type { Lease } from '../state-machine/kernel/lease.ts';
import type { Kernel } from './kernel.ts';
import { invalid, run } from './outcome.ts';

const LEASE_ID_BYTES = 12;

/** The lease of a request: an existing one, or one to be granted. */
interface AskedLease {
  readonly kind: 'lease';
  readonly lease: string;
  /** Undefined: the lease exists. */
  readonly ttlMs: number | undefined;
}

export function leaseAsked({ lease, ttlMs }: api.LeaseOrTtl, random: Random): AskedLease | Rejected {
  if (lease === undefined && ttlMs === undefined) return invalid('the request needs a lease, or ttlMs');
  const fault = (lease === undefined ? undefined : leaseFault(lease)) ?? ttlFault(ttlMs);
  if (fault !== undefined) return invalid(fault);
  const id = lease ?? Buffer.from(random.bytes(LEASE_ID_BYTES)).toString('hex');
  return { kind: 'lease', lease: id, ttlMs };
}

function ttlFault(ttlMs: number | undefined): string | undefined {
  if (ttlMs === undefined || (Number.isInteger(ttlMs) && ttlMs >= 1 && ttlMs <= LEASE_TTL_MS_MAX))
    return undefined;
  return `ttlMs is a whole number of milliseconds from 1 to ${LEASE_TTL_MS_MAX}`;
}

export class Leases implements api.Leases {
  readonly #kernel: Kernel;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  async grant(lease: string, ttlMs: number): Promise<api.GrantResult> {
    const fault = leaseFault(lease) ?? ttlFault(ttlMs);
    if (fault !== undefined) return invalid(fault);
    const ended = this.#kernel.glance((state) => this.#kernel.expiry.proposalFor([state.lease(lease)]));
    const result = await run(
      this.#kernel,
      { checks: [], then: [{ kind: 'grant', lease, ttlMs }], else: [] },
      ended,
    );
    assert(result.kind !== 'lease-not-found', 'a grant needs no lease');
    if (result.kind !== 'transaction') return result;
    const [granted] = result.results;
    assert(granted?.kind === 'grant', 'a grant has its result');
    const { position } = result;
    return { kind: granted.granted ? 'granted' : 'exists', position, lease, ttlMs: granted.ttlMs };
  }

  async renew(leases: readonly string[]): Promise<api.RenewResult> {
    if (leases.length === 0 || leases.length > LEASES_PER_COMMAND_MAX)
      return invalid(`from 1 to ${LEASES_PER_COMMAND_MAX} leases are renewed at once`);
    for (const lease of leases) {
      const fault = leaseFault(lease);
      if (fault !== undefined) return invalid(fault);
    }
    const submitted = await this.#kernel.transact({ kind: 'renew', leases });
    if (submitted.kind === 'invalid') return invalid(submitted.reason);
    if (submitted.kind === 'failed') return submitted;
    const { result } = submitted;
    assert(result.kind === 'renewed', `a renewal was answered with ${result.kind}`);
    return { kind: 'renewed', position: result.position, ttlsMs: result.ttlsMs };
  }

  async revoke(lease: string): Promise<api.RevokeResult> {
    const fault = leaseFault(lease);
    if (fault !== undefined) return invalid(fault);
    const result = await run(this.#kernel, { checks: [], then: [{ kind: 'revoke', lease }], else: [] });
    if (result.kind === 'lease-not-found') return { kind: 'not-found', position: result.position };
    return result.kind === 'transaction' ? { kind: 'revoked', position: result.position } : result;
  }

  async lookUp(lease: string, options?: ReadOptions): Promise<api.LookUpLeaseResult> {
    const fault = leaseFault(lease);
    if (fault !== undefined) return invalid(fault);
    const read = await this.#kernel.read((state) => {
      const found = state.lease(lease);
      return found && { found, keys: state.leases.keyCountOf(lease) };
    }, options);
    if (read.kind !== 'read') return read;
    const { position, value } = read;
    if (!value) return { kind: 'not-found', position };
    return { kind: 'lease', position, ...leaseState(this.#kernel, value) };
  }

  async list(options: ListPageOptions = {}): Promise<api.ListLeasesResult> {
    const { listLeases } = await import('./lists.ts');
    return listLeases(this.#kernel, options, leaseState);
  }
}

/** A lease, and how many keys go with it. */
export interface FoundLease {
  readonly found: Lease;
  readonly keys: number;
}

function leaseState({ expiry }: Kernel, { found, keys }: FoundLease): api.LeaseState {
  return { lease: found.id, ttlMs: found.ttlMs, leftMs: Math.ceil(expiry.leftMs(found)), keys };
}
