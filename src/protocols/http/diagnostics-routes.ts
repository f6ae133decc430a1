// Diagnostics over HTTP. Loaded when one is asked for.

import type { Service } from '../../service/service.ts';
import { jsonAnswer } from './answer.ts';
import { validate } from './body.ts';
import { type Asked, unfinished } from './in-namespace.ts';
import { diagnosticsQuery } from './list-schemas.ts';
import { permit } from './permission.ts';

/** What a log holds is not shown, but how much of it, and all names of logs. */
export async function diagnostics(c: Asked, service: Service): Promise<Response> {
  const options = validate(diagnosticsQuery, c.req.query(), 'the query');
  const { log } = options;
  permit(c, 'diagnostics', 'read', log ?? '', log === undefined ? 'all-under' : undefined);
  const diagnosed = await service.diagnose(options);
  if (diagnosed.kind !== 'diagnosis') return unfinished(diagnosed);
  const { kind: _, ...diagnosis } = diagnosed;
  return jsonAnswer(200, { 'cache-control': 'no-store' }, diagnosis);
}
