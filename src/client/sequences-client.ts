// Sequences over HTTP. Every request carries an idempotency key, so it may be repeated.

import * as z from 'zod/mini';
import type { ListPageOptions, ReadOptions } from '../api/common.ts';
import type * as api from '../api/sequences.ts';
import { nameFault } from '../resource-names.ts';
import { type NamespaceSender, parsed, refused, unread } from './namespace-sender.ts';
import { invalid, listed } from './recipes.ts';

const numbers = z.object({ first: z.int(), last: z.int() });
const lastNumber = z.object({ last: z.int() });
const page = z.object({
  sequences: z.array(z.object({ name: z.string(), value: z.int() })),
  more: z.boolean(),
});

export class SequencesClient implements api.Sequences {
  readonly #sender: NamespaceSender;

  constructor(sender: NamespaceSender) {
    this.#sender = sender;
  }

  async next(name: string, { count, idempotencyKey }: api.NextOptions = {}): Promise<api.NextResult> {
    const fault = nameFault('sequence', name);
    if (fault !== undefined) return invalid(fault);
    const body = JSON.stringify({ count });
    const asked = await this.#sender.change('POST', pathOf(name), { idempotencyKey, body });
    if (asked.kind === 'failed') return asked;
    const { position } = asked;
    if (asked.kind === 'answer') return { kind: 'next', position, ...parsed(numbers, asked.body) };
    if (asked.problem.code === 'sequence-exhausted') return { kind: 'exhausted', position };
    return refused(asked.problem, position);
  }

  async lookUp(name: string, options: ReadOptions = {}): Promise<api.LastResult> {
    const fault = nameFault('sequence', name);
    if (fault !== undefined) return invalid(fault);
    const asked = await this.#sender.read(pathOf(name), options);
    if (asked.kind === 'failed') return asked;
    const { position } = asked;
    if (asked.kind === 'answer') return { kind: 'last', position, ...parsed(lastNumber, asked.body) };
    return unread(asked.problem, position);
  }

  list(options?: ListPageOptions): Promise<api.ListSequencesResult> {
    return listed(this.#sender, '/sequences', page, options);
  }
}

function pathOf(name: string): string {
  return `/sequences/${encodeURIComponent(name)}`;
}
