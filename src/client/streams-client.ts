// The list of streams over HTTP.

import * as z from 'zod/mini';
import type { PageOptions } from '../api/common.ts';
import type * as api from '../api/streams.ts';
import { parsed, queryOf } from './namespace-sender.ts';
import { EXPECTED } from './namespaces-client.ts';
import { invalid, pageFault } from './recipes.ts';
import { rejected, type Sender } from './sender.ts';

const page = z.object({
  streams: z.array(
    z.object({
      name: z.string(),
      contentType: z.string(),
      tail: z.int(),
      closed: z.boolean(),
      expiry: z.optional(z.union([z.object({ ttlSeconds: z.int() }), z.object({ atMs: z.int() })])),
      retention: z.optional(z.object({ ageSeconds: z.optional(z.int()), bytes: z.optional(z.int()) })),
    }),
  ),
  more: z.boolean(),
});

export class StreamsClient implements api.Streams {
  readonly #sender: Sender;

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  async list(options: PageOptions = {}): Promise<api.ListStreamsResult> {
    const fault = pageFault(options);
    if (fault !== undefined) return invalid(fault);
    const path = `/v1/streams${queryOf(options)}`;
    const asked = await this.#sender.ask({ ...EXPECTED, method: 'GET', path });
    if (asked.kind === 'failed') return asked;
    if (asked.kind === 'problem') return rejected(asked.problem);
    return { kind: 'page', ...parsed(page, asked.body) };
  }
}
