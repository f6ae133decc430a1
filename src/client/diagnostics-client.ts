// Diagnostics over HTTP.

import * as z from 'zod/mini';
import type * as api from '../api/diagnostics.ts';
import { parsed, queryOf } from './namespace-sender.ts';
import { EXPECTED } from './namespaces-client.ts';
import { invalid, pageFault } from './recipes.ts';
import { rejected, type Sender } from './sender.ts';

const diagnosis = z.object({
  sound: z.boolean(),
  complete: z.boolean(),
  /** They are as the server tells them. */
  findings: z.array(z.custom<api.Finding>((one) => typeof one === 'object')),
  next: z.optional(z.string()),
});

export async function diagnose(
  sender: Sender,
  options: api.DiagnoseOptions = {},
): Promise<api.DiagnoseResult> {
  const { log = '', after = '' } = options;
  const fault = pageFault({ prefix: log, after });
  if (fault !== undefined) return invalid(fault);
  const asked = await sender.ask({ ...EXPECTED, method: 'GET', path: `/v1/diagnostics${queryOf(options)}` });
  if (asked.kind === 'failed') return asked;
  if (asked.kind === 'problem') return rejected(asked.problem);
  const { next, ...known } = parsed(diagnosis, asked.body);
  return { kind: 'diagnosis', ...known, next };
}
