// What the transcripts show of results and states, as lines.

import { ofText, toText } from '../../src/encoding/byte-string.ts';
import type { Change, Entry } from '../../src/state-machine/kernel/entry.ts';
import type { Lease } from '../../src/state-machine/kernel/lease.ts';
import type {
  CommandResult,
  ConditionalResult,
  OperationResult,
} from '../../src/state-machine/kernel/result.ts';
import type { KernelState } from '../../src/state-machine/kernel/state.ts';

const ALL = { key: ofText(''), end: ofText('') };

export function linesOf(result: CommandResult, changes: readonly Change[]): string[] {
  const [headline, ...more] = resultLines(result);
  const changed = changes.map(({ key, after }) => `${after ? '+' : '-'}${toText(key)}`);
  const tail = changed.length > 0 ? [`changed: ${changed.join(' ')}`] : [];
  return [`position ${result.position}${headline ?? ''}`, ...more, ...tail];
}

function resultLines(result: CommandResult): string[] {
  switch (result.kind) {
    case 'transaction':
      return [`, revision ${result.revision}${branchOf(result)}`, ...operationLines(result)];
    case 'refused':
      return [`: refused, ${result.reason}${result.path === '' ? '' : ` at ${result.path}`}`];
    case 'renewed':
      return [`: renewed, ${result.ttlsMs.map(ttl).join(' ')}`];
    case 'expired':
      return [`, revision ${result.revision}: ended ${result.leases.join(' ') || 'none'}`];
    case 'compacted':
      return [`: compacted ${result.compacted}`];
    case 'request-id-reused':
      return [`: refused, another command had this request id at ${result.earlier}`];
    case 'invalid':
      return [`: invalid, ${result.reason}`];
  }
}

function ttl(ttlMs: number | undefined): string {
  return ttlMs === undefined ? 'gone' : `${ttlMs / 1000}s`;
}

function branchOf({ succeeded, failedCheck }: ConditionalResult): string {
  return succeeded ? '' : `, else because of check ${failedCheck}`;
}

function operationLines({ results }: ConditionalResult): string[] {
  return results.flatMap((result) => operationText(result));
}

function operationText(result: OperationResult): string[] {
  switch (result.kind) {
    case 'put':
    case 'add':
    case 'put-numbered': {
      const before = result.previous ? `, before: ${entryText(result.previous)}` : '';
      return [`${result.kind} ${entryText(result.entry)}${before}`];
    }
    case 'delete':
      return [`delete ${result.count}`, ...indented(result.previous.map(entryText))];
    case 'get':
      return [`get ${result.entries.length}${result.more ? ' and there are more' : ''}`].concat(
        indented(result.entries.map(entryText)),
      );
    case 'count':
      return [`count ${result.count}`];
    case 'grant':
      return [`grant ${ttl(result.ttlMs)}${result.granted ? '' : ', was there before'}`];
    case 'revoke':
      return [`revoke, keys: ${result.count}`];
    case 'transaction':
      return [`nested${branchOf(result)}`, ...indented(operationLines(result))];
  }
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}

/** Created and modified: the position, and the revision behind the slash. */
function entryText(entry: Entry): string {
  const { key, value, version, created, createdRevision, modified, modifiedRevision, lease } = entry;
  const written = `created ${created}/${createdRevision}, modified ${modified}/${modifiedRevision}`;
  return `${toText(key)}=${toText(value)} (version ${version}, ${written}${lease === '' ? '' : `, lease ${lease}`})`;
}

export function stateLines(state: KernelState): string[] {
  const { position, revision, compacted } = state;
  const leases = [...state.leases.values()].map((lease) => leaseText(lease, state));
  const head = `position ${position}, revision ${revision}, compacted ${compacted}`;
  return [head, ...leases, ...[...state.entriesIn(ALL)].map(entryText)];
}

function leaseText({ id, ttlMs, renewedAt, renewedAtMs }: Lease, state: KernelState): string {
  const keys = state.leases.keysOf(id).map(toText).join(' ') || 'none';
  return `lease ${id} (${ttl(ttlMs)}, renewed at ${renewedAt}, which was ${renewedAtMs / 1000}s), keys: ${keys}`;
}
