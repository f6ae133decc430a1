// Pages of the list of streams. Loaded when one is asked for.

import type { PageOptions } from '../api/common.ts';
import type { ListedStream, ListStreamsResult } from '../api/streams.ts';
import type { Clock } from '../clock.ts';
import { pageRejected } from '../coordination/list-page.ts';
import type { Register } from '../coordination/register.ts';
import type { Log } from '../log/log.ts';
import { StoreError } from '../log/store.ts';
import { isStreamPath } from '../resource-names.ts';
import { described } from '../streams/description.ts';
import { isExpired } from '../streams/expiry.ts';

const PAGE_STREAMS = 100;
/** How many streams are looked at in one go. */
const LOOKS_AT_ONCE = 16;

interface ListParts {
  readonly open: (name: string) => Log;
  readonly clock: Clock;
}

export async function listStreams(
  register: Register,
  parts: ListParts,
  options: PageOptions,
): Promise<ListStreamsResult> {
  const rejected = pageRejected(options, (path) =>
    isStreamPath(path) ? undefined : 'no stream can have this path',
  );
  if (rejected) return rejected;
  try {
    return { kind: 'page', ...(await page(register, parts, options)) };
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return { kind: 'failed', definite: true, message: error.message };
  }
}

/** A name whose stream is gone takes no place in the page. */
async function page(
  register: Register,
  { open, clock }: ListParts,
  { prefix = '', after, limit = PAGE_STREAMS }: PageOptions,
): Promise<{ streams: ListedStream[]; more: boolean }> {
  const streams: ListedStream[] = [];
  for (let from = after; ; ) {
    const { names, more } = await register.names(prefix, from, limit - streams.length);
    for (let index = 0; index < names.length; index += LOOKS_AT_ONCE) {
      const looks = names
        .slice(index, index + LOOKS_AT_ONCE)
        .map((name) => look(open(name), name, clock.nowMs()));
      streams.push(...(await Promise.all(looks)).filter((stream) => stream !== undefined));
    }
    if (!more || streams.length === limit) return { streams, more };
    from = names.at(-1);
  }
}

async function look(log: Log, name: string, nowMs: number): Promise<ListedStream | undefined> {
  const end = await log.checkTail();
  if (end.kind === 'missing' || isExpired(end.segment.metadata.expiry, nowMs)) return undefined;
  return { name, ...described(end.segment) };
}
