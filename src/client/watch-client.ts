// A watch over HTTP: one page of changes after the other, each asked for from where the last one ended. So a
// connection that breaks costs nothing but a repetition.

import * as z from 'zod/mini';
import { OrdinalError } from '../api/error.ts';
import type * as api from '../api/watch.ts';
import { prefixFault } from '../resource-names.ts';
import { keyEntry } from './json-value.ts';
import { goneIn } from './keys-client.ts';
import { type NamespaceSender, parsed, queryOf } from './namespace-sender.ts';

const page = z.object({
  changes: z.array(
    z.object({
      position: z.int(),
      key: z.string(),
      before: z.optional(keyEntry),
      after: z.optional(keyEntry),
    }),
  ),
  position: z.int(),
});

/** @throws OrdinalError when the server refuses it, or cannot be reached for as long as a request is tried */
export async function* watch(
  sender: NamespaceSender,
  { prefix = '', after, signal }: api.WatchOptions = {},
): AsyncGenerator<api.WatchEvent, void, undefined> {
  const fault = prefixFault(prefix) ?? placeFault(after);
  if (fault !== undefined) throw new OrdinalError('invalid-request', fault);
  let at = after ?? (await presentOf(sender, prefix));
  if (!signal?.aborted) yield { kind: 'progress', position: at };
  while (!signal?.aborted) {
    const path = `/watch${queryOf({ prefix, after: at })}`;
    const asked = await sender.ask({ method: 'GET', path, waits: true, signal });
    if (signal?.aborted) return;
    if (asked.kind === 'failed') throw new OrdinalError('unavailable', asked.message);
    if (asked.kind === 'problem') {
      const gone = goneIn(asked.problem);
      if (!gone) throw new OrdinalError(asked.problem.code, asked.problem.detail);
      return yield gone;
    }
    const { changes, position } = parsed(page, asked.body);
    let told = at;
    for (const { position: changedAt, key, before, after: now } of changes) {
      if (changedAt > told && told > at) yield { kind: 'progress', position: told };
      told = changedAt;
      yield { kind: 'change', position: changedAt, key, before, after: now };
    }
    at = position;
    yield { kind: 'progress', position: at };
  }
}

function placeFault(after: number | undefined): string | undefined {
  if (after === undefined || (Number.isSafeInteger(after) && after >= 0)) return undefined;
  return 'a position is a whole number from 0';
}

/** The position at which a watch without `after` begins. */
async function presentOf(sender: NamespaceSender, prefix: string): Promise<number> {
  const asked = await sender.ask({ method: 'GET', path: `/keys${queryOf({ prefix, limit: 1 })}` });
  if (asked.kind === 'failed') throw new OrdinalError('unavailable', asked.message);
  if (asked.kind === 'problem') throw new OrdinalError(asked.problem.code, asked.problem.detail);
  return asked.position;
}
