// Locks over HTTP. A lock is asked for by a lease, so every request may be repeated.

import * as z from 'zod/mini';
import type { ListPageOptions, ReadOptions } from '../api/common.ts';
import type * as api from '../api/locks.ts';
import { leaseFault, nameFault } from '../resource-names.ts';
import { type NamespaceSender, parsed, unread } from './namespace-sender.ts';
import { asJson, askWaiting, invalid, listed, newLease, refusedAs, undone, waitFault } from './recipes.ts';

const holder = z.object({ lease: z.string(), token: z.int() });
const state = z.object({ holders: z.array(holder), waiters: z.array(holder) });
const page = z.object({ locks: z.array(z.extend(state, { name: z.string() })), more: z.boolean() });
const held = z.object({ lease: z.string(), holder: z.optional(holder), place: z.optional(z.int()) });

export class LocksClient implements api.Locks {
  readonly #sender: NamespaceSender;

  constructor(sender: NamespaceSender) {
    this.#sender = sender;
  }

  async acquire(name: string, options: api.AcquireOptions): Promise<api.AcquireResult> {
    const { waitMs = 0, holders, signal, ttlMs } = options;
    const fault = nameFault('lock', name) ?? waitFault(waitMs);
    if (fault !== undefined) return invalid(fault);
    const lease = options.lease ?? (ttlMs === undefined ? undefined : newLease(this.#sender.sender.random));
    const asked = await askWaiting(this.#sender, {
      path: pathOf(name),
      body: { lease, ttlMs, holders },
      bodyAgain: { lease, holders },
      waitMs,
      signal,
      isWaiting: (answer) => answer.kind === 'problem' && answer.problem.members['place'] !== undefined,
    });
    if (asked.kind === 'failed') return asked;
    const { position } = asked;
    if (asked.kind === 'answer') return { kind: 'acquired', position, ...parsed(holder, asked.body) };
    const { problem } = asked;
    if (problem.code === 'lock-held') {
      const known = held.parse(problem.members);
      return { kind: 'held', position, lease: known.lease, holder: known.holder, place: known.place };
    }
    if (problem.code === 'holders-mismatch') return { kind: 'holders-mismatch', position };
    return undone(problem, position);
  }

  async release(name: string, lease: string): Promise<api.ReleaseLockResult> {
    const fault = nameFault('lock', name) ?? leaseFault(lease);
    if (fault !== undefined) return invalid(fault);
    const asked = await this.#sender.ask(asJson('DELETE', pathOf(name), { lease }));
    if (asked.kind === 'failed') return asked;
    if (asked.kind === 'answer') return { kind: 'released', position: asked.position };
    return refusedAs(asked, 'lock-not-held', 'not-held');
  }

  async lookUp(name: string, options: ReadOptions = {}): Promise<api.LookUpLockResult> {
    const fault = nameFault('lock', name);
    if (fault !== undefined) return invalid(fault);
    const asked = await this.#sender.read(pathOf(name), options);
    if (asked.kind === 'failed') return asked;
    const { position } = asked;
    if (asked.kind === 'answer') return { kind: 'lock', position, ...parsed(state, asked.body) };
    return unread(asked.problem, position);
  }

  list(options?: ListPageOptions): Promise<api.ListLocksResult> {
    return listed(this.#sender, '/locks', page, options);
  }
}

function pathOf(name: string): string {
  return `/locks/${encodeURIComponent(name)}`;
}
