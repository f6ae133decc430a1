// Commands of the kernel, with what they decided, as people read them.

import type * as api from '../api/history.ts';
import { unreachable } from '../assert.ts';
import type { ReplayStep } from '../replica/replay.ts';
import type { Check, Command, Conditional, Operation } from '../state-machine/kernel/command.ts';
import { type Change, type Entry, entryBytes } from '../state-machine/kernel/entry.ts';
import { prefixRange } from '../state-machine/kernel/range.ts';
import type { CommandResult, ConditionalResult, OperationResult } from '../state-machine/kernel/result.ts';
import { leasePlace, placeOf, shownValue, textOrBase64 } from './history-places.ts';

export type KernelStep = ReplayStep<Command, CommandResult, Change>;

/** The most bytes of entries that are told of one command. */
const COMMAND_BYTES_MAX = 256 * 1024;

const NOTHING: api.HistoryAsked = { checks: [], then: [], else: [] };

export interface Told {
  readonly command: api.HistoryCommand;
  /** Of the entries in it. */
  readonly bytes: number;
}

export function told({ position, done, changes }: KernelStep, writtenAt: number): Told {
  const common = { position, writtenAt };
  if (!done) {
    const nothing = { operations: NOTHING, succeeded: true, results: [], changes: [] };
    return { command: { ...common, kind: 'read', ...nothing }, bytes: 0 };
  }
  const { command, result } = done;
  const room = new Room();
  const decided = decision(command, result, position, room);
  const shown = room.fit(changes, changeBytes, changeOf);
  return {
    command: {
      ...common,
      kind: command.kind,
      operations: asked(command),
      ...decided,
      changes: shown.told,
      ...(room.isOver ? { truncated: true } : {}),
    },
    bytes: room.used,
  };
}

/** All places that the command names, in its operations and its changes. */
export function* placesIn({
  operations,
  changes,
}: api.HistoryCommand): Generator<api.HistoryPlace, void, undefined> {
  yield* placesAsked(operations);
  yield* changes;
}

function* placesAsked(parts: api.HistoryAsked): Generator<api.HistoryPlace, void, undefined> {
  yield* parts.checks;
  for (const operation of [...parts.then, ...parts.else]) {
    if (operation.kind === 'transaction') yield* placesAsked(operation);
    else if (operation.kind !== 'compact') yield operation;
  }
}

/** The room that is left for entries of one command. */
class Room {
  used = 0;
  isOver = false;

  fit<From, To>(
    all: readonly From[],
    bytesOf: (one: From) => number,
    tell: (one: From) => To,
  ): { told: To[]; isWhole: boolean } {
    const told: To[] = [];
    for (const one of all) {
      this.used += bytesOf(one);
      if (this.used > COMMAND_BYTES_MAX) {
        this.isOver = true;
        return { told, isWhole: false };
      }
      told.push(tell(one));
    }
    return { told, isWhole: true };
  }
}

function changeBytes({ before, after }: Change): number {
  return entryBytes(before) + entryBytes(after);
}

function changeOf({ key, before, after }: Change): api.HistoryChange {
  return {
    ...placeOf({ key }),
    ...(before ? { before: entryOf(before) } : {}),
    ...(after ? { after: entryOf(after) } : {}),
  };
}

function entryOf({ key, value, version, created, modified, lease }: Entry): api.HistoryEntry {
  return { ...placeOf({ key }), ...shownValue(value), version, created, modified, ...owner(lease) };
}

function owner(lease: string | undefined): { lease?: string } {
  return lease === undefined || lease === '' ? {} : { lease };
}

function asked(command: Command): api.HistoryAsked {
  switch (command.kind) {
    case 'transaction':
      return conditional(command);
    case 'renew':
      return { ...NOTHING, then: command.leases.map((lease) => ({ kind: 'renew', ...leasePlace(lease) })) };
    case 'expire':
      return {
        ...NOTHING,
        then: command.leases.map(({ lease, renewedAt }) => ({
          kind: 'expire',
          ...leasePlace(lease),
          renewedAt,
        })),
      };
    case 'compact':
      return { ...NOTHING, then: [command] };
    default:
      return unreachable(command);
  }
}

function conditional({ checks, then, else: otherwise }: Conditional): api.HistoryAsked {
  return { checks: checks.map(checkOf), then: then.map(operationOf), else: otherwise.map(operationOf) };
}

function checkOf({ range, target, is, to }: Check): api.HistoryCheck {
  const compared = { ...placeOf(range), target, is };
  if (target !== 'value') return { ...compared, to };
  const { text, base64 } = textOrBase64(to);
  return text === undefined ? { ...compared, toBase64: base64 ?? '' } : { ...compared, to: text };
}

function operationOf(operation: Operation): api.HistoryOperation {
  switch (operation.kind) {
    case 'put': {
      const { kind, key, value, lease } = operation;
      return {
        kind,
        ...placeOf({ key }),
        ...(value === undefined ? {} : shownValue(value)),
        ...owner(lease),
      };
    }
    case 'put-numbered': {
      const { kind, prefix, value, lease } = operation;
      return { kind, ...placeOf(prefixRange(prefix)), ...shownValue(value), ...owner(lease) };
    }
    case 'delete':
    case 'count':
      return { kind: operation.kind, ...placeOf(operation.range) };
    case 'get':
      return { kind: 'get', ...placeOf(operation.range), limit: operation.limit };
    case 'add':
      return { kind: 'add', ...placeOf({ key: operation.key }), by: operation.by };
    case 'grant':
      return { kind: 'grant', ...leasePlace(operation.lease), ttlMs: operation.ttlMs };
    case 'revoke':
      return { kind: 'revoke', ...leasePlace(operation.lease) };
    case 'transaction':
      return { kind: 'transaction', ...conditional(operation) };
    default:
      return unreachable(operation);
  }
}

type Decided = Pick<api.HistoryCommand, 'succeeded' | 'failedCheck' | 'results' | 'refused' | 'repeats'>;

function decision(command: Command, result: CommandResult, position: number, room: Room): Decided {
  const repeats = result.position === position ? {} : { repeats: result.position };
  switch (result.kind) {
    case 'transaction':
      return { ...decided(result, room), ...repeats };
    case 'refused':
      return {
        succeeded: false,
        results: [],
        refused: { reason: result.reason, path: result.path },
        ...repeats,
      };
    case 'invalid':
      return { succeeded: false, results: [], refused: { reason: result.reason, path: '' } };
    case 'request-id-reused':
      return {
        succeeded: false,
        results: [],
        refused: { reason: 'idempotency-key-reused', path: '' },
        repeats: result.earlier,
      };
    case 'renewed':
      return {
        succeeded: result.ttlsMs.some((ttlMs) => ttlMs !== undefined),
        results: result.ttlsMs.map((ttlMs) => ({ kind: 'renew', ttlMs: ttlMs ?? null })),
      };
    case 'expired':
      return expiry(command, result.leases);
    case 'compacted':
      return { succeeded: true, results: [{ kind: 'compact', compacted: result.compacted }] };
    default:
      return unreachable(result);
  }
}

function expiry(command: Command, ended: readonly string[]): Decided {
  const proposed = command.kind === 'expire' ? command.leases : [];
  const all = new Set(ended);
  return {
    succeeded: ended.length > 0,
    results: proposed.map(({ lease }) => ({ kind: 'expire', ended: all.has(lease) })),
  };
}

function decided({ succeeded, failedCheck, results }: ConditionalResult, room: Room) {
  return {
    succeeded,
    ...(failedCheck === undefined ? {} : { failedCheck }),
    results: results.map((result) => resultOf(result, room)),
  };
}

function resultOf(result: OperationResult, room: Room): api.HistoryResult {
  switch (result.kind) {
    case 'put':
    case 'add':
    case 'put-numbered':
      return { kind: result.kind, entry: entryOf(result.entry) };
    case 'get': {
      const { told: entries, isWhole } = room.fit(result.entries, entryBytes, entryOf);
      return { kind: 'get', entries, more: result.more || !isWhole };
    }
    case 'delete':
    case 'count':
    case 'revoke':
      return { kind: result.kind, count: result.count };
    case 'grant':
      return { kind: 'grant', granted: result.granted, ttlMs: result.ttlMs };
    case 'transaction':
      return { kind: 'transaction', ...decided(result, room) };
    default:
      return unreachable(result);
  }
}
