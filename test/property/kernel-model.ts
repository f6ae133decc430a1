// The kernel the slow and obvious way: plain maps, copied before each command, searched from one end to the other.

import type { ByteString } from '../../src/encoding/byte-string.ts';
import type {
  Check,
  Command,
  Conditional,
  Operation,
  Transaction,
} from '../../src/state-machine/kernel/command.ts';
import { encodeCommand } from '../../src/state-machine/kernel/command-codec.ts';
import type { Change, Entry } from '../../src/state-machine/kernel/entry.ts';
import type { Lease } from '../../src/state-machine/kernel/lease.ts';
import type { Range } from '../../src/state-machine/kernel/range.ts';
import type {
  CommandResult,
  ConditionalResult,
  OperationResult,
  Refusal,
} from '../../src/state-machine/kernel/result.ts';
import type { At } from '../../src/state-machine/state-machine.ts';

class RefusedError extends Error {
  readonly reason: Refusal;
  path = '';

  constructor(reason: Refusal) {
    super(reason);
    this.reason = reason;
  }
}

export class Model {
  entries = new Map<ByteString, Entry>();
  leases = new Map<string, Lease>();
  revision = 1;
  compacted = 0;
  readonly #requests = new Map<string, { command: string; result: CommandResult }>();
  #changes: Change[] = [];
  /** As before the command: what all checks are about. */
  #before = new Map<ByteString, Entry>();
  #at: At = { position: 0, timeMs: 0 };

  run(at: At, command: Command): { result: CommandResult; changes: Change[] } {
    this.#at = at;
    this.#changes = [];
    this.#before = new Map(this.entries);
    const leasesBefore = new Map(this.leases);
    try {
      const result = this.#once(command);
      return { result, changes: this.#changes };
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      this.entries = this.#before;
      this.leases = leasesBefore;
      const { reason, path } = error;
      const result: CommandResult = { kind: 'refused', position: at.position, reason, path };
      this.#remember(command, result);
      return { result, changes: [] };
    }
  }

  sorted(): Entry[] {
    return [...this.entries.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  #once(command: Command): CommandResult {
    const { position } = this.#at;
    const id = command.kind === 'transaction' ? command.requestId : undefined;
    const earlier = id === undefined ? undefined : this.#requests.get(id);
    if (earlier?.command === spelt(command)) return earlier.result;
    if (earlier) return { kind: 'request-id-reused', position, earlier: earlier.result.position };
    const result = this.#do(command);
    this.#remember(command, result);
    return result;
  }

  #remember(command: Command, result: CommandResult): void {
    if (command.kind !== 'transaction' || command.requestId === undefined) return;
    this.#requests.set(command.requestId, { command: spelt(command), result });
  }

  #do(command: Command): CommandResult {
    const { position, timeMs } = this.#at;
    switch (command.kind) {
      case 'transaction':
        return this.#transact(command);
      case 'renew': {
        const ttlsMs = command.leases.map((id) => {
          const lease = this.leases.get(id);
          if (!lease) return undefined;
          this.leases.set(id, {
            ...lease,
            renewedAtMs: Math.max(lease.renewedAtMs, timeMs),
            renewedAt: position,
          });
          return lease.ttlMs;
        });
        return { kind: 'renewed', position, ttlsMs };
      }
      case 'expire': {
        const leases: string[] = [];
        for (const { lease, renewedAt } of command.leases) {
          if (this.leases.get(lease)?.renewedAt !== renewedAt) continue;
          this.#end(lease);
          leases.push(lease);
        }
        return { kind: 'expired', position, revision: this.#revise(), leases };
      }
      case 'compact':
        if (command.position <= this.compacted) throw new RefusedError('compacted');
        if (command.position >= position) throw new RefusedError('future');
        this.compacted = command.position;
        return { kind: 'compacted', position, compacted: this.compacted };
    }
  }

  #transact(command: Transaction): CommandResult {
    const result = this.#choose(command);
    return { kind: 'transaction', position: this.#at.position, revision: this.#revise(), ...result };
  }

  #revise(): number {
    if (this.#changes.length > 0) this.revision += 1;
    return this.revision;
  }

  #choose(conditional: Conditional): ConditionalResult {
    const failedCheck = conditional.checks.findIndex((check) => !this.#holds(check));
    const branch = failedCheck === -1 ? 'then' : 'else';
    const results = conditional[branch].map((operation, index) => {
      try {
        return this.#operate(operation);
      } catch (error) {
        if (error instanceof RefusedError) {
          error.path = `${branch}[${index}]${error.path === '' ? '' : '.'}${error.path}`;
        }
        throw error;
      }
    });
    return failedCheck === -1 ? { succeeded: true, results } : { succeeded: false, failedCheck, results };
  }

  #holds(check: Check): boolean {
    const matching = [...this.#before.values()].filter((entry) => isIn(entry.key, check.range));
    const compared: (Entry | undefined)[] = matching.length === 0 ? [undefined] : matching;
    return compared.every((entry) => {
      const absent = check.target === 'lease' ? '' : check.target === 'value' ? undefined : 0;
      const found = entry ? entry[check.target] : absent;
      if (found === undefined) return false;
      const [less, equal] = [found < check.to, found === check.to];
      return { '=': equal, '!=': !equal, '<': less, '>': !less && !equal }[check.is];
    });
  }

  #operate(operation: Operation): OperationResult {
    switch (operation.kind) {
      case 'put': {
        const { key, value, lease } = operation;
        const previous = this.entries.get(key);
        if (value === undefined && !previous) throw new RefusedError('key-not-found');
        if (lease === undefined && !previous) throw new RefusedError('key-not-found');
        const kept = { value: previous?.value ?? ('' as ByteString), lease: previous?.lease ?? '' };
        return this.#put('put', key, value ?? kept.value, lease ?? kept.lease);
      }
      case 'add': {
        const previous = this.entries.get(operation.key);
        const text = previous?.value ?? '0';
        // Exactly what JavaScript prints for a whole number that it knows exactly.
        if (String(Number(text)) !== text || !Number.isSafeInteger(Number(text))) {
          throw new RefusedError('not-a-counter');
        }
        const sum = BigInt(text) + BigInt(operation.by);
        if (sum > Number.MAX_SAFE_INTEGER || sum < Number.MIN_SAFE_INTEGER) {
          throw new RefusedError('counter-overflow');
        }
        return this.#put('add', operation.key, `${sum}` as ByteString, previous?.lease ?? '');
      }
      case 'put-numbered': {
        const number = `${10n ** 16n + BigInt(this.#at.position)}`.slice(1);
        const key = (operation.prefix + number) as ByteString;
        return this.#put('put-numbered', key, operation.value, operation.lease);
      }
      case 'delete': {
        const gone = this.#matching(operation.range);
        for (const entry of gone) this.#delete(entry);
        return { kind: 'delete', count: gone.length, previous: operation.previous ? gone : [] };
      }
      case 'get': {
        const { range, limit, reverse, only } = operation;
        const found = reverse ? this.#matching(range).reverse() : this.#matching(range);
        const entries = found.slice(0, limit);
        const shown =
          only === 'keys' ? entries.map((entry) => ({ ...entry, value: '' as ByteString })) : entries;
        return { kind: 'get', entries: shown, more: found.length > limit };
      }
      case 'count':
        return { kind: 'count', count: this.#matching(operation.range).length };
      case 'grant': {
        const existing = this.leases.get(operation.lease);
        if (existing) return { kind: 'grant', granted: false, ttlMs: existing.ttlMs };
        const { position, timeMs } = this.#at;
        const { lease: id, ttlMs } = operation;
        this.leases.set(id, { id, ttlMs, renewedAtMs: timeMs, renewedAt: position });
        return { kind: 'grant', granted: true, ttlMs };
      }
      case 'revoke':
        if (!this.leases.has(operation.lease)) throw new RefusedError('lease-not-found');
        return { kind: 'revoke', count: this.#end(operation.lease) };
      case 'transaction':
        return { kind: 'transaction', ...this.#choose(operation) };
    }
  }

  #matching(range: Range): Entry[] {
    return this.sorted().filter((entry) => isIn(entry.key, range));
  }

  #put(
    kind: 'put' | 'add' | 'put-numbered',
    key: ByteString,
    value: ByteString,
    lease: string,
  ): OperationResult {
    if (lease !== '' && !this.leases.has(lease)) throw new RefusedError('lease-not-found');
    const { position } = this.#at;
    const previous = this.entries.get(key);
    const entry: Entry = {
      key,
      value,
      lease,
      version: (previous?.version ?? 0) + 1,
      created: previous?.created ?? position,
      createdRevision: previous?.createdRevision ?? this.revision + 1,
      modified: position,
      modifiedRevision: this.revision + 1,
    };
    this.entries.set(key, entry);
    this.#changes.push({ key, before: previous, after: entry });
    return { kind, entry, previous };
  }

  #delete(entry: Entry): void {
    this.entries.delete(entry.key);
    this.#changes.push({ key: entry.key, before: entry, after: undefined });
  }

  #end(lease: string): number {
    const owned = this.sorted().filter((entry) => entry.lease === lease);
    for (const entry of owned) this.#delete(entry);
    this.leases.delete(lease);
    return owned.length;
  }
}

function isIn(key: ByteString, { key: from, end }: Range): boolean {
  if (end === undefined) return key === from;
  return key >= from && (end === '' || key < end);
}

function spelt(command: Command): string {
  return Buffer.from(encodeCommand(command)).toString('hex');
}
