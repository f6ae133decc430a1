// The shapes of requests about streams that have a body of their own. Loaded when one is asked for.

import * as z from 'zod/mini';
import { POSITION_MAX } from '../../limits.ts';

export const trimBody = z.strictObject({
  before: z
    .int()
    .check(
      z.minimum(1),
      z.maximum(POSITION_MAX),
      z.describe('The first position that stays. Beyond the end it counts as the end'),
    ),
});
