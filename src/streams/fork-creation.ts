// Creates a fork: first a hold on its source, then its own first segment.

import type * as api from '../api/streams.ts';
import { APPEND_RECORDS_MAX, POSITION_MAX, READ_BYTES_MAX } from '../limits.ts';
import type { Held } from '../log/held-segments.ts';
import { holdLog } from '../log/holds.ts';
import { isTooLarge } from '../log/log.ts';
import type { Origin } from '../log/origin.ts';
import type { TailResult } from '../log/reader.ts';
import { type Expiry, startOf } from '../log/segment.ts';
import { startOfLog } from '../log/start.ts';
import { unlessStoreError } from '../log/store.ts';
import {
  type Configuration,
  configurationIn,
  createdBefore,
  expiryOf,
  isMaintained,
} from './configuration.ts';
import { isJson, isSameType, typeOf } from './content-type.ts';
import { type CreationParts, creationOf, isHeld } from './creation.ts';
import { describedExpiry } from './description.ts';
import type { ForkParts, OpenStream } from './fork-parts.ts';
import { inherited } from './fork-reading.ts';
import { withdraw } from './holds.ts';
import { bytesOf, recordsIn } from './records.ts';
import { HELD, rejected, TOO_LARGE } from './rejections.ts';
import { retentionOf } from './retention.ts';

/** Beside what every creation does: */
interface Plan {
  readonly origin: Origin;
  /** From where on the source must keep its records. */
  readonly holdAfter: number;
  readonly contentType: string;
  readonly records: readonly Uint8Array[];
  readonly expiry: Expiry | undefined;
}

const SOURCE_HELD = rejected('stream-held', 'the source of the fork was deleted, and only its forks exist');
const NO_SOURCE = rejected('source-not-found', 'there is no stream of which this could be a fork');
const SOURCE_TRIMMED = rejected('source-trimmed', 'the source no longer has its records from there on');
const TOO_MANY_FORKS = rejected('too-many-forks', 'the stream has as many forks as it can have');

/**
 * A look, the note and the creation are as for any stream (`creation.ts`). In between comes the hold. The
 * source exists after it was made, so no deletion of the source can have missed it.
 *
 * @throws StoreError
 */
export async function createFork(
  options: api.CreateOptions,
  fork: api.ForkOptions,
  parts: CreationParts,
): Promise<api.CreateResult> {
  const configuration = configurationIn(options);
  if ('kind' in configuration) return configuration;
  const { close } = configuration;
  const body = bytesOf(options.body ?? '');
  const { log, register, forks } = parts;
  const source = forks.open(fork.from);
  for (;;) {
    const end = await parts.look();
    if (end.kind === 'end') {
      await register.add(isMaintained(end.segment.metadata));
      return createdBefore(end.segment, configuration);
    }
    if (await isHeld(end, parts)) return HELD;
    const plan = await planOf(source, fork, configuration, body, forks);
    if ('kind' in plan) return plan;
    const { origin, holdAfter, records, contentType, expiry } = plan;
    await register.add(isMaintained({ ...configuration, expiry }));
    const hold = { log: log.name, incarnation: end.tail, after: holdAfter, atMs: forks.nowMs() };
    const held = await forks.repeat(() => holdLog(forks.store, origin.log, hold));
    if (held === 'too-many') return TOO_MANY_FORKS;
    if (held !== 'held') continue;
    if (!(await exists(source, origin.incarnation))) {
      await withdraw(forks, origin.log, hold);
      continue;
    }
    const retention = retentionOf(configuration.retention);
    const configured = { contentType, expiry, retention, origin };
    const asked = { ...configured, records, seal: close, incarnation: end.tail };
    const result = await log.create(asked);
    // Another creation has taken the place. It may have made the same fork, under the same hold. A hold that
    // is left is released by whom it hinders.
    if (result.kind === 'refused') await withdraw(forks, origin.log, hold).catch(unlessStoreError);
    // What it has a copy of is in the records, and in its origin: only those of the body may be anybody's.
    const known = { ...configuration, hasRecords: body.length > 0 };
    const answer = await creationOf(result, asked, known, log);
    if (answer) return answer;
  }
}

async function exists(source: OpenStream, incarnation: number): Promise<boolean> {
  const end = await source.look();
  return end.kind === 'end' && end.segment.metadata.incarnation === incarnation;
}

async function planOf(
  source: OpenStream,
  { after, subOffset = 0 }: api.ForkOptions,
  { contentType: asked, expiry }: Configuration,
  body: Uint8Array,
  forks: ForkParts,
): Promise<Plan | api.StreamRejected> {
  const end = await source.look();
  if (end.kind === 'missing') return end.held ? SOURCE_HELD : NO_SOURCE;
  const { metadata, tail } = end.segment;
  const contentType = typeOf(metadata);
  if (asked !== undefined && !isSameType(asked, contentType))
    return rejected('content-type-mismatch', `the source is ${contentType}, and the fork ${asked}`);
  const anchor = after ?? tail;
  const start = startOfLog(end);
  if (anchor > tail) return rejected('invalid-request', `the source ends at the position ${tail}`);
  if (anchor < start || isInGap(anchor, end)) return SOURCE_TRIMMED;
  const part = await partOf(source, end, anchor, subOffset, forks);
  if ('kind' in part) return part;
  const own = recordsIn(body, contentType);
  if ('kind' in own) return own;
  const records = [...part.records, ...own];
  if (isTooLarge(records)) return TOO_LARGE;
  const { incarnation } = metadata;
  const { upTo } = part;
  return {
    origin: {
      ...{ log: source.log.name, incarnation, after: start, upTo },
      ...(subOffset > 0 ? { anchor, subOffset } : {}),
    },
    // A source that is a fork itself keeps its first segment, which says what it is a fork of.
    holdAfter: upTo === start ? POSITION_MAX : Math.max(start, incarnation),
    contentType,
    records,
    expiry: expiryOf(expiry ?? describedExpiry(metadata.expiry).expiry, forks.nowMs()),
  };
}

/** The source is a fork itself, at a path where another stream had these positions. */
function isInGap(position: number, { segment: { metadata } }: TailResult): boolean {
  const { origin, incarnation } = metadata;
  return (
    origin !== undefined && position > origin.upTo && position < startOf({ base: incarnation, metadata })
  );
}

/** What a fork has beyond its anchor: up to a position of the source, and records that it gets a copy of. */
async function partOf(
  { log }: OpenStream,
  { segment: { metadata, tail } }: TailResult,
  anchor: number,
  subOffset: number,
  forks: ForkParts,
): Promise<{ upTo: number; records: Uint8Array[] } | api.StreamRejected> {
  if (subOffset === 0) return { upTo: anchor, records: [] };
  const { incarnation } = metadata;
  const json = isJson(typeOf(metadata));
  const held = { log: log.name, incarnation, upTo: tail };
  if (json) {
    const last = await positionAfter(held, anchor, subOffset, forks);
    if (last !== undefined) return { upTo: last, records: [] };
  } else {
    const [next] = (
      await forks.repeat(() => inherited(forks.store, held, anchor, { recordsMax: 1, bytesMax: 1 }))
    ).records;
    if (next && next.data.length >= subOffset)
      return { upTo: anchor, records: [next.data.slice(0, subOffset)] };
  }
  return rejected('invalid-request', `the source has no ${subOffset} ${json ? 'records' : 'bytes'} there`);
}

/**
 * The position so many records behind another one; undefined where there are fewer, or more than one append
 * can have. Where the source is a fork itself, positions may have no record.
 */
async function positionAfter(
  held: Held,
  anchor: number,
  count: number,
  { store, repeat }: ForkParts,
): Promise<number | undefined> {
  let at = anchor;
  for (let left = Math.min(count, APPEND_RECORDS_MAX + 1); at < held.upTo; ) {
    const { records, next } = await repeat(() =>
      inherited(store, held, at, { recordsMax: left, bytesMax: READ_BYTES_MAX }),
    );
    left -= records.length;
    at = next;
    if (left === 0) return count > APPEND_RECORDS_MAX ? undefined : records.at(-1)?.position;
  }
  return undefined;
}
