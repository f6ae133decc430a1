// Leases over HTTP. The client chooses their ids, so every request may be repeated.

import * as z from 'zod/mini';
import type { ListPageOptions, ReadOptions } from '../api/common.ts';
import type * as api from '../api/leases.ts';
import { leaseFault } from '../resource-names.ts';
import { type NamespaceSender, parsed, unread } from './namespace-sender.ts';
import { asJson, invalid, listed, refusedAs } from './recipes.ts';
import { rejected } from './sender.ts';

const granted = z.object({ lease: z.string(), ttlMs: z.int() });
const renewed = z.object({ ttlsMs: z.array(z.int()) });
const state = z.object({ lease: z.string(), ttlMs: z.int(), leftMs: z.int(), keys: z.int() });
const page = z.object({ leases: z.array(state), more: z.boolean() });

export class LeasesClient implements api.Leases {
  readonly #sender: NamespaceSender;

  constructor(sender: NamespaceSender) {
    this.#sender = sender;
  }

  async grant(lease: string, ttlMs: number): Promise<api.GrantResult> {
    const fault = leaseFault(lease);
    if (fault !== undefined) return invalid(fault);
    const asked = await this.#sender.ask(asJson('PUT', pathOf(lease), { ttlMs }));
    if (asked.kind === 'failed') return asked;
    if (asked.kind === 'problem') return rejected(asked.problem);
    const kind = asked.status === 201 ? 'granted' : 'exists';
    return { kind, position: asked.position, ...parsed(granted, asked.body) };
  }

  async renew(leases: readonly string[]): Promise<api.RenewResult> {
    const asked = await this.#sender.ask(asJson('POST', '/leases/renew', { leases }));
    if (asked.kind === 'failed') return asked;
    if (asked.kind === 'problem') return rejected(asked.problem);
    const { ttlsMs } = parsed(renewed, asked.body);
    const told = ttlsMs.map((ttlMs) => (ttlMs === 0 ? undefined : ttlMs));
    return { kind: 'renewed', position: asked.position, ttlsMs: told };
  }

  async revoke(lease: string): Promise<api.RevokeResult> {
    const fault = leaseFault(lease);
    if (fault !== undefined) return invalid(fault);
    const asked = await this.#sender.ask({ method: 'DELETE', path: pathOf(lease) });
    if (asked.kind === 'failed') return asked;
    if (asked.kind === 'answer') return { kind: 'revoked', position: asked.position };
    return refusedAs(asked, 'lease-not-found', 'not-found');
  }

  async lookUp(lease: string, options: ReadOptions = {}): Promise<api.LookUpLeaseResult> {
    const fault = leaseFault(lease);
    if (fault !== undefined) return invalid(fault);
    const asked = await this.#sender.read(pathOf(lease), options);
    if (asked.kind === 'failed') return asked;
    const { position } = asked;
    if (asked.kind === 'answer') return { kind: 'lease', position, ...parsed(state, asked.body) };
    return asked.problem.code === 'lease-not-found'
      ? { kind: 'not-found', position }
      : unread(asked.problem, position);
  }

  list(options?: ListPageOptions): Promise<api.ListLeasesResult> {
    return listed(this.#sender, '/leases', page, options);
  }
}

function pathOf(lease: string): string {
  return `/leases/${encodeURIComponent(lease)}`;
}
