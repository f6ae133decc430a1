// Namespaces over HTTP.

import * as z from 'zod/mini';
import type * as api from '../api/namespaces.ts';
import { assertNamespace } from '../resource-names.ts';
import { parsed } from './namespace-sender.ts';
import { rejected, type Sender } from './sender.ts';

const page = z.object({ names: z.array(z.string()), more: z.boolean() });

const count = z.int();
const description = z.object({
  name: z.string(),
  position: count,
  applied: count,
  // Servers of before do not say so, and have nothing else.
  stateMachine: z._default(z.string(), 'kernel'),
  revision: count,
  keys: count,
  leases: count,
  stateBytes: count,
  snapshotPosition: z.pipe(
    z.nullable(count),
    z.transform((position) => position ?? undefined),
  ),
  trimmedTo: count,
  compactedTo: count,
});

/** Every answer of Ordinal has it. */
export const EXPECTED = { expectedHeader: 'content-security-policy', repeatable: true } as const;

export class NamespacesClient implements api.Namespaces {
  readonly #sender: Sender;

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  async list(options: api.ListNamespacesOptions = {}): Promise<api.ListNamespacesResult> {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(options)) {
      if (value !== undefined) query.set(name, String(value));
    }
    const asked = await this.#sender.ask({ ...EXPECTED, method: 'GET', path: `/v1/namespaces?${query}` });
    if (asked.kind === 'failed') return asked;
    if (asked.kind === 'problem') return rejected(asked.problem);
    return { kind: 'page', ...parsed(page, asked.body) };
  }

  async describe(name: string): Promise<api.DescribeNamespaceResult> {
    assertNamespace(name);
    const path = `/v1/namespaces/${name}`;
    const asked = await this.#sender.ask({ ...EXPECTED, method: 'GET', path });
    if (asked.kind === 'failed') return asked;
    if (asked.kind === 'answer') return { kind: 'namespace', ...parsed(description, asked.body) };
    return asked.problem.code === 'namespace-not-found' ? { kind: 'not-found' } : rejected(asked.problem);
  }

  async delete(name: string): Promise<api.DeleteNamespaceResult> {
    assertNamespace(name);
    // To delete it twice does no harm, but the second time it is not there, or another one is.
    const path = `/v1/namespaces/${name}`;
    const asked = await this.#sender.ask({ ...EXPECTED, method: 'DELETE', path, repeatable: false });
    if (asked.kind === 'failed') return asked;
    if (asked.kind === 'answer') return { kind: 'deleted' };
    return asked.problem.code === 'namespace-not-found' ? { kind: 'not-found' } : rejected(asked.problem);
  }
}
