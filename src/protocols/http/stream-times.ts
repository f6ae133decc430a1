// Reads of a stream that begin at a time. Loaded with the first of them.

import type { Context } from 'hono';
import type { Stream } from '../../streams/stream.ts';
import { RequestProblem } from './problem.ts';
import { unchanged } from './stream-refusals.ts';
import { timeIn } from './times.ts';

/** The position to read after, or the answer when there is none. @throws RequestProblem */
export async function placeIn(c: Context, stream: Stream): Promise<number | Response> {
  const times = c.req.queries('from-time') ?? [];
  if (times.length !== 1 || c.req.query('offset') !== undefined)
    throw new RequestProblem('invalid-request', 'a read begins at one offset or at one time');
  const place = await stream.placeOfTime(timeIn('from-time', times[0] ?? ''));
  return typeof place === 'number' ? place : unchanged(place, undefined);
}
