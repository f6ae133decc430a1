// Trims a stream. Loaded with the first request for it.

import type { Context } from 'hono';
import type { Stream } from '../../streams/stream.ts';
import { answer } from './answer.ts';
import { readJson } from './body.ts';
import { changed } from './stream-answers.ts';
import { earliestHeaders, refuseFencingToken } from './stream-headers.ts';
import { trimBody } from './stream-schemas.ts';

export async function trimStream(c: Context, stream: Stream): Promise<Response> {
  refuseFencingToken(c.req.raw.headers);
  const { before } = await readJson(c.req.raw, trimBody);
  const result = await stream.trim(before);
  return result.kind === 'trimmed' ? answer(204, earliestHeaders(result.earliest)) : changed(result);
}
