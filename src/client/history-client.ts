// The history of a namespace over HTTP.

import * as z from 'zod/mini';
import type * as api from '../api/history.ts';
import { prefixFault } from '../resource-names.ts';
import { goneIn } from './keys-client.ts';
import { type NamespaceSender, parsed, queryOf, unread } from './namespace-sender.ts';
import { invalid } from './recipes.ts';

/** The commands are as the server tells them. */
const page = z.object({
  commands: z.array(z.custom<api.HistoryCommand>((one) => typeof one === 'object')),
  more: z.boolean(),
  next: z.int(),
});

export async function history(
  sender: NamespaceSender,
  options: api.HistoryOptions = {},
): Promise<api.HistoryPage> {
  // A URL would replace text that is not valid Unicode.
  const fault = prefixFault(options.prefix ?? '');
  if (fault !== undefined) return invalid(fault);
  const asked = await sender.ask({ method: 'GET', path: `/history${queryOf(options)}` });
  if (asked.kind === 'failed') return asked;
  const { position } = asked;
  if (asked.kind === 'problem') return goneIn(asked.problem) ?? unread(asked.problem, position);
  return { kind: 'page', position, ...parsed(page, asked.body) };
}
