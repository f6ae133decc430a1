// What the transcripts show of answers, events and records.

import type { CampaignResult, Leader, LookUpLeaderResult } from '../../src/api/elections.ts';
import type { KeyEntry, ListKeysResult } from '../../src/api/keys.ts';
import type { AcquireResult, LockHolder, LookUpLockResult } from '../../src/api/locks.ts';
import type { WatchEvent } from '../../src/api/watch.ts';
import { toText } from '../../src/encoding/byte-string.ts';
import type { Change } from '../../src/state-machine/kernel/entry.ts';
import type { CommandResult } from '../../src/state-machine/kernel/result.ts';

/** An answer with nothing to it but its kind. */
export function plain(result: { readonly kind: string; readonly position?: number }): string {
  return result.position === undefined ? result.kind : `${result.kind}, at position ${result.position}`;
}

export function acquired(result: AcquireResult): string {
  if (result.kind === 'acquired') return `acquired, token ${result.token}`;
  if (result.kind !== 'held') return plain(result);
  const by = result.holder ? `by ${holderText(result.holder)}` : 'by nobody';
  return `held ${by}, ${placeText(result.place)}`;
}

export function lock(result: LookUpLockResult): string {
  if (result.kind !== 'lock') return plain(result);
  const list = (all: readonly LockHolder[]) => all.map(holderText).join(', ') || 'nobody';
  return `held by ${list(result.holders)}; waiting: ${list(result.waiters)}`;
}

export function elected(result: CampaignResult): string {
  if (result.kind === 'elected') return `elected, term ${result.term}`;
  if (result.kind !== 'waiting') return plain(result);
  return `${leader(result.leader)} leads, ${placeText(result.place)}`;
}

export function leading(result: LookUpLeaderResult): string {
  if (result.kind !== 'leader') return plain(result);
  return `${leader(result.leader)}; candidates: ${result.candidates}`;
}

export function leader(one: Leader | undefined): string {
  return one ? `${one.lease}, term ${one.term}, value ${utf8(one.value)}` : 'nobody';
}

export function keys(result: ListKeysResult): string {
  if (result.kind !== 'page') return plain(result);
  return `at position ${result.position}: ${result.entries.map(entryText).join(' ') || 'none'}`;
}

export function event(told: WatchEvent): string {
  switch (told.kind) {
    case 'change':
      return `${told.position} ${told.after ? `+${entryText(told.after)}` : `-${told.key}`}`;
    case 'progress':
      return `all up to ${told.position} is told`;
    case 'gone':
      return `gone, the earliest that can be told is what comes after ${told.earliest}`;
  }
}

/** What a record did. */
export function record(result: CommandResult, changes: readonly Change[]): string {
  const changed = changes.map(({ key, after }) => `${after ? '+' : '-'}${toText(key).replaceAll('\0', '|')}`);
  return [headline(result), ...changed].join(' ');
}

function headline(result: CommandResult): string {
  switch (result.kind) {
    case 'transaction':
      return result.succeeded ? 'transaction' : 'transaction, whose checks fail';
    case 'renewed':
      return 'renewal';
    case 'expired':
      return `expiry, which ends ${result.leases.join(' ') || 'nothing'}`;
    case 'compacted':
      return `compaction up to ${result.compacted}`;
    default:
      return result.kind;
  }
}

function holderText({ lease, token }: LockHolder): string {
  return `${lease} (token ${token})`;
}

function placeText(place: number | undefined): string {
  return place === undefined ? 'and no place in the queue' : `${place} before this one`;
}

function entryText({ key, value }: KeyEntry): string {
  return `${key}=${utf8(value)}`;
}

function utf8(value: Uint8Array): string {
  return Buffer.from(value).toString() || "''";
}
