// The commands of the transcripts, one a line, and the commands of the kernel that they mean. `transcripts/README.md`
// describes the language.

import { type ByteString, ofText } from '../../src/encoding/byte-string.ts';
import type {
  Check,
  Command,
  Comparison,
  Conditional,
  Operation,
  Target,
} from '../../src/state-machine/kernel/command.ts';
import { prefixRange, type Range } from '../../src/state-machine/kernel/range.ts';

/** The command that a line means. */
export function commandOf(line: string): Command {
  const words = new Words(line);
  const command = readCommand(words);
  words.end();
  return command;
}

/** The words of a line. Braces and semicolons are words of their own. */
class Words {
  readonly #line: string;
  readonly #words: string[];

  constructor(line: string) {
    this.#line = line;
    this.#words = line.match(/[{};]|[^\s{};]+/g) ?? [];
  }

  next(): string {
    return this.#words.shift() ?? this.fail('an end that comes too early');
  }

  /** Takes the next word if it is this one. */
  takes(word: string): boolean {
    if (this.#words[0] !== word) return false;
    this.#words.shift();
    return true;
  }

  /** Takes what the next word has after `prefix`, if it begins with it. */
  after(prefix: string): string | undefined {
    return this.#words[0]?.startsWith(prefix) ? this.next().slice(prefix.length) : undefined;
  }

  rest(): string[] {
    return this.#words.splice(0);
  }

  end(): void {
    if (this.#words.length > 0) this.fail(`${this.#words[0]}`);
  }

  fail(what: string): never {
    throw new Error(`not expected: ${what}, in: ${this.#line}`);
  }
}

function readCommand(words: Words): Command {
  if (words.takes('renew')) return { kind: 'renew', leases: words.rest() };
  if (words.takes('expire')) return { kind: 'expire', leases: words.rest().map(seenRenewal) };
  if (words.takes('compact')) return { kind: 'compact', position: Number(words.next()) };
  const requestId = words.after('request=');
  return { kind: 'transaction', requestId, ...readConditional(words) };
}

/** `L@3`: the lease L, which was last renewed at position 3. */
function seenRenewal(word: string): { lease: string; renewedAt: number } {
  const [lease = '', renewedAt] = word.split('@');
  return { lease, renewedAt: Number(renewedAt) };
}

/** With conditions or without. */
function readConditional(words: Words): Conditional {
  if (!words.takes('if')) return { checks: [], then: readOperations(words), else: [] };
  const checks: Check[] = [];
  do checks.push(readCheck(words.next()));
  while (words.takes('and'));
  const then = words.takes('then') ? readOperations(words) : [];
  return { checks, then, else: words.takes('else') ? readOperations(words) : [] };
}

/** `version(k)=1`. */
function readCheck(word: string): Check {
  const found = /^(\w+)\((.*)\)(!=|[=<>])(.*)$/.exec(word);
  if (!found) throw new Error(`no check: ${word}`);
  const [, target = '', range = '', is = '', to = ''] = found;
  return { ...targetOf(target, to), range: rangeOf(range), is: is as Comparison };
}

function targetOf(target: string, to: string): Target {
  if (target === 'value') return { target, to: ofText(to) };
  if (target === 'lease') return { target, to };
  return { target, to: Number(to) } as Target;
}

function readOperations(words: Words): Operation[] {
  const operations: Operation[] = [];
  do operations.push(readOperation(words));
  while (words.takes(';'));
  return operations;
}

function readOperation(words: Words): Operation {
  const kind = words.next();
  switch (kind) {
    case 'put':
      return { kind, key: ofText(words.next()), value: readValue(words), lease: keptOr(readLease(words)) };
    case 'delete':
      return { kind, range: rangeOf(words.next()), previous: words.takes('previous') };
    case 'get':
      return readGet(words);
    case 'count':
      return { kind, range: rangeOf(words.next()) };
    case 'add':
      return { kind, key: ofText(words.next()), by: Number(words.next()) };
    case 'put-numbered':
      return { kind, prefix: ofText(words.next()), value: ofText(words.next()), lease: readLease(words) };
    case 'grant':
      return { kind, lease: words.next(), ttlMs: 1000 * Number(words.next().replace(/s$/, '')) };
    case 'revoke':
      return { kind, lease: words.next() };
    case '{': {
      const nested = readConditional(words);
      return words.takes('}') ? { kind: 'transaction', ...nested } : words.fail('a brace that stays open');
    }
    default:
      return words.fail(kind);
  }
}

function readGet(words: Words): Operation {
  const range = rangeOf(words.next());
  const limit = Number(words.after('limit=') ?? 100);
  const reverse = words.takes('reverse');
  return { kind: 'get', range, limit, reverse, only: words.takes('keys') ? 'keys' : undefined };
}

function readValue(words: Words): ByteString | undefined {
  const value = keptOr(words.next());
  return value === undefined ? undefined : ofText(value);
}

function readLease(words: Words): string {
  return words.after('lease=') ?? '';
}

/** `_` stands for what is there. */
function keptOr(word: string): string | undefined {
  return word === '_' ? undefined : word;
}

/** `k`, `k*` for all that begin with it, `[a,c)` for those from a on and below c, `[a,)` for all from a on. */
function rangeOf(word: string): Range {
  const [, from, to] = /^\[(.*),(.*)\)$/.exec(word) ?? [];
  if (from !== undefined && to !== undefined) return { key: ofText(from), end: ofText(to) };
  return word.endsWith('*') ? prefixRange(ofText(word.slice(0, -1))) : { key: ofText(word) };
}
