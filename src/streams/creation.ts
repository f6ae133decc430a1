// Creates a stream. Loaded with the first that is created.

import type * as api from '../api/streams.ts';
import { unreachable } from '../assert.ts';
import { isTooLarge, type Log } from '../log/log.ts';
import type { TailResult } from '../log/reader.ts';
import type { Ended, Failed, WriteResult } from '../log/results.ts';
import { type Expiry, type Retention, startOf } from '../log/segment.ts';
import {
  type Configuration,
  configurationIn,
  createdBefore,
  expiryOf,
  isMaintained,
} from './configuration.ts';
import { JSON_TYPE } from './content-type.ts';
import { describedExpiry } from './description.ts';
import type { ForkParts } from './fork-parts.ts';
import { bytesOf, recordsIn } from './records.ts';
import { rejectedAs } from './refusals.ts';
import { failed, HELD, TOO_LARGE } from './rejections.ts';
import { describedRetention, retentionOf } from './retention.ts';
import type { StreamRegister } from './stream.ts';

export interface CreationParts {
  readonly log: Log;
  readonly register: StreamRegister;
  readonly forks: ForkParts;
  /** See `holds.ts`. @throws StoreError */
  clearPlace(): Promise<'free' | 'held' | 'pending'>;
  /** At the end of the stream. One that has expired is over. @throws StoreError */
  look(): Promise<TailResult | Ended>;
  nowMs(): number;
}

/**
 * The three steps keep a stream that exists in the list, whatever other processes do in between, and wherever
 * this one ends: a look, the note, and a creation that continues just what the look has seen. A deletion in
 * between ends another incarnation, and the creation is refused (decision 38).
 *
 * @throws StoreError
 */
export async function createStream(
  options: api.CreateOptions,
  parts: CreationParts,
): Promise<api.CreateResult> {
  const configuration = configurationIn(options);
  if ('kind' in configuration) return configuration;
  const { contentType = JSON_TYPE, close } = configuration;
  const { log, register, look, nowMs } = parts;
  const records = recordsIn(bytesOf(options.body ?? ''), contentType);
  if ('kind' in records) return records;
  if (isTooLarge(records)) return TOO_LARGE;
  for (;;) {
    const end = await look();
    if (end.kind === 'missing' && (await isHeld(end, parts))) return HELD;
    await register.add(isMaintained(configuration));
    if (end.kind === 'end') return createdBefore(end.segment, configuration);
    const expiry = expiryOf(configuration.expiry, nowMs());
    const retention = retentionOf(configuration.retention);
    const asked = { contentType, records, seal: close, expiry, retention, incarnation: end.tail };
    const known = { ...configuration, hasRecords: records.length > 0 };
    const answer = await creationOf(await log.create(asked), asked, known, log);
    if (answer) return answer;
  }
}

/** Whether forks of the stream that was here before exist. What it was a fork of itself is released. */
export async function isHeld({ held, origin }: Ended, { clearPlace }: CreationParts): Promise<boolean> {
  return (held || origin) !== undefined && (await clearPlace()) !== 'free';
}

/** What the log was asked for. */
interface Asked {
  readonly contentType: string;
  readonly seal: boolean;
  readonly expiry: Expiry | undefined;
  readonly retention: Retention | undefined;
}

interface HasRecords {
  /** It was asked for with records. */
  readonly hasRecords: boolean;
}

/** The answer to a creation. Undefined: another incarnation has come and gone, so it begins again. */
export async function creationOf(
  result: WriteResult,
  { contentType, seal, expiry, retention }: Asked,
  configuration: Configuration & HasRecords,
  log: Log,
): Promise<api.CreateResult | undefined> {
  const described = { ...describedExpiry(expiry), ...describedRetention(retention) };
  const told = { contentType, closed: seal, ...described };
  switch (result.kind) {
    case 'appended':
      return { kind: 'created', ...told, first: result.first, tail: result.last };
    case 'changed':
      return { kind: 'created', ...told, first: result.tail + 1, tail: result.tail };
    case 'refused':
      if (result.reason === 'missing') return undefined;
      return result.reason === 'exists' ? createdBefore(result, configuration) : rejectedAs(result);
    case 'failed':
      return createdPerhaps(log, result, configuration);
    default:
      return unreachable(result);
  }
}

/** It does not matter who has created a stream that is just what was asked for. */
async function createdPerhaps(
  log: Log,
  failure: Failed,
  { hasRecords, ...configuration }: Configuration & HasRecords,
): Promise<api.CreateResult> {
  if (failure.definite) return failed(failure);
  const look = await log.checkTail().catch(() => undefined);
  if (look?.kind !== 'end') return failed(failure);
  const { tail, metadata } = look.segment;
  const result = createdBefore({ tail, metadata }, configuration);
  // Records that are there may be those of this creation, or of anybody.
  const isKnown = !hasRecords || tail === startOf({ base: metadata.incarnation, metadata });
  return result.kind === 'exists' && isKnown ? result : failed(failure);
}
