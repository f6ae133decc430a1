// Elections over HTTP. A candidate is a lease, so every request may be repeated.

import * as z from 'zod/mini';
import type { ListPageOptions, ReadOptions } from '../api/common.ts';
import type * as api from '../api/elections.ts';
import { OrdinalError } from '../api/error.ts';
import { leaseFault, nameFault } from '../resource-names.ts';
import { observedData } from './event-stream.ts';
import { bytesIn, valueJson } from './json-value.ts';
import { type NamespaceSender, parsed, unread } from './namespace-sender.ts';
import { asJson, askWaiting, invalid, listed, newLease, refusedAs, undone, waitFault } from './recipes.ts';

const elected = z.object({ lease: z.string(), term: z.int() });
const leader = z.object({
  lease: z.string(),
  term: z.int(),
  value: z.optional(z.string()),
  valueBase64: z.optional(z.string()),
});
const counted = z.object({ candidates: z.int() });
const listedElection = z.object({ name: z.string(), leader: z.nullable(leader), candidates: z.int() });
const page = z.object({
  elections: z.array(
    z.pipe(
      listedElection,
      z.transform((one) => ({ ...one, leader: one.leader ? leaderOf(one.leader) : undefined })),
    ),
  ),
  more: z.boolean(),
});
const waiting = z.object({ lease: z.string(), leader: z.optional(leader), place: z.optional(z.int()) });

export class ElectionsClient implements api.Elections {
  readonly #sender: NamespaceSender;

  constructor(sender: NamespaceSender) {
    this.#sender = sender;
  }

  async campaign(name: string, options: api.CampaignOptions): Promise<api.CampaignResult> {
    const { waitMs = 0, value, signal, ttlMs } = options;
    const fault = nameFault('election', name) ?? waitFault(waitMs);
    if (fault !== undefined) return invalid(fault);
    const lease = options.lease ?? (ttlMs === undefined ? undefined : newLease(this.#sender.sender.random));
    const asked = await askWaiting(this.#sender, {
      path: pathOf(name),
      body: { lease, ttlMs, ...(value === undefined ? {} : valueJson(value)) },
      bodyAgain: { lease },
      waitMs,
      signal,
      isWaiting: (answer) => answer.kind === 'problem' && answer.problem.members['place'] !== undefined,
    });
    if (asked.kind === 'failed') return asked;
    const { position } = asked;
    if (asked.kind === 'answer') return { kind: 'elected', position, ...parsed(elected, asked.body) };
    if (asked.problem.code !== 'not-elected') return undone(asked.problem, position);
    const known = waiting.parse(asked.problem.members);
    return {
      kind: 'waiting',
      position,
      lease: known.lease,
      leader: known.leader && leaderOf(known.leader),
      place: known.place,
    };
  }

  async proclaim(name: string, lease: string, value: string | Uint8Array): Promise<api.ProclaimResult> {
    const fault = nameFault('election', name) ?? leaseFault(lease);
    if (fault !== undefined) return invalid(fault);
    const asked = await this.#sender.ask(asJson('PATCH', pathOf(name), { lease, ...valueJson(value) }));
    if (asked.kind === 'failed') return asked;
    if (asked.kind === 'answer') return { kind: 'proclaimed', position: asked.position };
    return refusedAs(asked, 'not-leader', 'not-leader');
  }

  async resign(name: string, lease: string): Promise<api.ResignResult> {
    const fault = nameFault('election', name) ?? leaseFault(lease);
    if (fault !== undefined) return invalid(fault);
    const asked = await this.#sender.ask(asJson('DELETE', pathOf(name), { lease }));
    if (asked.kind === 'failed') return asked;
    if (asked.kind === 'answer') return { kind: 'resigned', position: asked.position };
    return refusedAs(asked, 'not-candidate', 'not-candidate');
  }

  async lookUp(name: string, options: ReadOptions = {}): Promise<api.LookUpLeaderResult> {
    const fault = nameFault('election', name);
    if (fault !== undefined) return invalid(fault);
    const asked = await this.#sender.read(pathOf(name), options);
    if (asked.kind === 'failed') return asked;
    const { position } = asked;
    if (asked.kind === 'answer') {
      const { candidates } = parsed(counted, asked.body);
      return { kind: 'leader', position, leader: leaderOf(parsed(leader, asked.body)), candidates };
    }
    if (asked.problem.code !== 'no-leader') return unread(asked.problem, position);
    return { kind: 'leader', position, leader: undefined, candidates: 0 };
  }

  async *observe(
    name: string,
    signal?: AbortSignal,
  ): AsyncGenerator<api.Leader | undefined, void, undefined> {
    const fault = nameFault('election', name);
    if (fault !== undefined) throw new OrdinalError('invalid-request', fault);
    for await (const data of observedData(this.#sender, `${pathOf(name)}?live=sse`, signal)) {
      const seen = z.nullable(leader).parse(JSON.parse(data));
      yield seen ? leaderOf(seen) : undefined;
    }
  }

  list(options?: ListPageOptions): Promise<api.ListElectionsResult> {
    return listed(this.#sender, '/elections', page, options);
  }
}

function leaderOf({ lease, term, value, valueBase64 }: z.infer<typeof leader>): api.Leader {
  return { lease, term, value: bytesIn(value, valueBase64) };
}

function pathOf(name: string): string {
  return `/elections/${encodeURIComponent(name)}`;
}
