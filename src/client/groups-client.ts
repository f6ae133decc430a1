// Groups over HTTP. A member is kept by a lease, so every request may be repeated.

import * as z from 'zod/mini';
import type { ListPageOptions, ReadOptions } from '../api/common.ts';
import { OrdinalError } from '../api/error.ts';
import type * as api from '../api/groups.ts';
import { leaseFault, nameFault } from '../resource-names.ts';
import { observedData } from './event-stream.ts';
import { bytesIn, valueJson } from './json-value.ts';
import { type NamespaceSender, parsed, unread } from './namespace-sender.ts';
import { asJson, invalid, listed, newLease, refusedAs, undone } from './recipes.ts';

const joined = z.object({ lease: z.string() });
const member = z.object({
  name: z.string(),
  lease: z.string(),
  joined: z.int(),
  metadata: z.optional(z.string()),
  metadataBase64: z.optional(z.string()),
});
const list = z.object({ members: z.array(member), more: z.optional(z.boolean()) });
const page = z.object({
  groups: z.array(z.object({ name: z.string(), members: z.int() })),
  more: z.boolean(),
});

export class GroupsClient implements api.Groups {
  readonly #sender: NamespaceSender;

  constructor(sender: NamespaceSender) {
    this.#sender = sender;
  }

  async join(group: string, name: string, options: api.JoinOptions): Promise<api.JoinResult> {
    const fault = nameFault('group', group) ?? nameFault('member', name);
    if (fault !== undefined) return invalid(fault);
    const { ttlMs, metadata } = options;
    const lease = options.lease ?? (ttlMs === undefined ? undefined : newLease(this.#sender.sender.random));
    const body = { lease, ttlMs, ...metadataJson(metadata) };
    const asked = await this.#sender.ask(asJson('PUT', pathOf(group, name), body));
    if (asked.kind === 'failed') return asked;
    const { position } = asked;
    if (asked.kind === 'answer') {
      const kind = asked.status === 201 ? 'joined' : 'updated';
      return { kind, position, ...parsed(joined, asked.body) };
    }
    return asked.problem.code === 'name-taken'
      ? { kind: 'name-taken', position }
      : undone(asked.problem, position);
  }

  async leave(group: string, name: string, lease: string): Promise<api.LeaveResult> {
    const fault = nameFault('group', group) ?? nameFault('member', name) ?? leaseFault(lease);
    if (fault !== undefined) return invalid(fault);
    const asked = await this.#sender.ask(asJson('DELETE', pathOf(group, name), { lease }));
    if (asked.kind === 'failed') return asked;
    if (asked.kind === 'answer') return { kind: 'left', position: asked.position };
    return refusedAs(asked, 'not-member', 'not-member');
  }

  async members(group: string, options: ReadOptions = {}): Promise<api.MembersResult> {
    const fault = nameFault('group', group);
    if (fault !== undefined) return invalid(fault);
    const asked = await this.#sender.read(pathOf(group), options);
    if (asked.kind === 'failed') return asked;
    const { position } = asked;
    if (asked.kind === 'answer') {
      const answer = parsed(list, asked.body);
      return { kind: 'members', position, members: membersIn(answer), more: answer.more ?? false };
    }
    return unread(asked.problem, position);
  }

  async *observe(
    group: string,
    signal?: AbortSignal,
  ): AsyncGenerator<readonly api.Member[], void, undefined> {
    const fault = nameFault('group', group);
    if (fault !== undefined) throw new OrdinalError('invalid-request', fault);
    for await (const data of observedData(this.#sender, `${pathOf(group)}?live=sse`, signal)) {
      yield membersIn(list.parse(JSON.parse(data)));
    }
  }

  list(options?: ListPageOptions): Promise<api.ListGroupsResult> {
    return listed(this.#sender, '/groups', page, options);
  }
}

function membersIn({ members }: z.infer<typeof list>): api.Member[] {
  return members.map(({ metadata, metadataBase64, ...known }) => ({
    ...known,
    metadata: bytesIn(metadata, metadataBase64),
  }));
}

function metadataJson(metadata: string | Uint8Array | undefined) {
  if (metadata === undefined) return {};
  const json = valueJson(metadata);
  return 'value' in json ? { metadata: json.value } : { metadataBase64: json.valueBase64 };
}

function pathOf(...parts: readonly string[]): string {
  return `/groups/${parts.map(encodeURIComponent).join('/')}`;
}
