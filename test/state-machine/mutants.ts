// The kernel's guards, switched off one at a time. The tests of `state-machine` and `property` must notice each.

import type { Mutant } from '../simulation/mutants.ts';

const FOLDER = 'src/state-machine/kernel';

/** Text that is replaced in a file of the kernel's. */
type Switch = readonly [missing: string, file: string, find: string, replace: string];

const SWITCHES: readonly Switch[] = [
  [
    'a refused command is undone',
    'apply.ts',
    "if ('kind' in result) {\n    step.undo();",
    "if ('kind' in result) {",
  ],
  ['keys are undone from the last change back', 'step.ts', 'of this.changes.reverse())', 'of this.changes)'],
  [
    'leases are undone from the last change back',
    'step.ts',
    'of this.#leaseChanges.reverse())',
    'of this.#leaseChanges)',
  ],
  [
    'a command without a change takes no revision',
    'step.ts',
    'if (this.changes.length > 0) this.state.revision',
    'this.state.revision',
  ],
  [
    'a key that is written again keeps its creation',
    'step.ts',
    'created: before ? before.created : position,',
    'created: position,',
  ],
  [
    'a put takes the key from the lease that it had',
    'state.ts',
    "if (previous && previous.lease !== '') this.leases.detach(previous.lease, entry.key);",
    '',
  ],
  [
    'a delete takes the key from its lease',
    'state.ts',
    "if (entry.lease !== '') this.leases.detach(entry.lease, entry.key);",
    '',
  ],
  [
    'a look-up sees a put that came since',
    'state.ts',
    'this.#entries.set(entry.key, entry);\n    this.#lastKey = undefined;',
    'this.#entries.set(entry.key, entry);',
  ],
  [
    'a look-up sees a delete that came since',
    'state.ts',
    'this.#entries.delete(entry.key);\n    this.#lastKey = undefined;',
    'this.#entries.delete(entry.key);',
  ],
  ['the keys of a lease go in key order', 'leases.ts', '?? [])].sort();', '?? [])];'],
  [
    'a snapshot shows the entries of its moment',
    'state.ts',
    'this.#entries.clone().values()',
    'this.#entries.values()',
  ],
  [
    'a snapshot shows the leases of its moment',
    'leases.ts',
    'this.#records.clone().values()',
    'this.#records.values()',
  ],
  [
    'a snapshot shows the requests of its moment',
    'requests.ts',
    'return [...this.#requests];',
    'return this.#requests as never;',
  ],
  [
    'a snapshot has no key of a lease that is gone',
    'snapshot-codec.ts',
    "if (entry.lease !== '' && !this.#state.lease(entry.lease)) {",
    'if (this.#tag < 0) {',
  ],
  ['a snapshot has no key twice', 'snapshot-codec.ts', 'if (name <= this.#last)', 'if (name < this.#last)'],
  [
    'an entry that is replaced is no longer counted',
    'state.ts',
    'entryBytes(entry) - entryBytes(previous);',
    'entryBytes(entry);',
  ],
  [
    'nested checks are about the state before the command',
    'evaluate.ts',
    'nested.push(decide(state, operation))',
    `nested.push({
      get failedCheck() { return decide(state, operation).failedCheck; },
      get nested() { return decide(state, operation).nested; },
    })`,
  ],
  [
    'the check that failed is told',
    'evaluate.ts',
    'index === -1 ? undefined : index;',
    'index === -1 ? undefined : 0;',
  ],
  [
    'a range without keys is compared as a key that is not there',
    'evaluate.ts',
    'return !isEmpty || matches(check, undefined);',
    'return true;',
  ],
  [
    'every key of a range is compared',
    'evaluate.ts',
    'if (!matches(check, entry)) return false;',
    'if (isEmpty && !matches(check, entry)) return false;',
  ],
  [
    'no comparison with the value of a key that is not there holds',
    'evaluate.ts',
    'return entry !== undefined && compares(entry.value, check.is, check.to);',
    "return compares<string>(entry?.value ?? '', check.is, check.to);",
  ],
  [
    'an expiry names the last renewal',
    'apply.ts',
    'if (!lease || lease.renewedAt !== renewedAt) continue;',
    'if (!lease) continue;',
  ],
  [
    'a renewal is remembered by its position',
    'apply.ts',
    'renewedAtMs, renewedAt: position });',
    'renewedAtMs });',
  ],
  ['a late renewal does not set the time back', 'apply.ts', 'Math.max(lease.renewedAtMs, timeMs)', 'timeMs'],
  ['a compaction goes forward', 'apply.ts', 'if (to <= state.compacted)', 'if (to < state.compacted)'],
  ['a compaction stays behind its own command', 'apply.ts', 'if (to >= position)', 'if (to > position)'],
  [
    'a request id belongs to one command',
    'apply.ts',
    'if (earlier && earlier.fingerprint !== fingerprint)',
    'if (earlier && earlier.fingerprint === "")',
  ],
  [
    'large results are not remembered',
    'apply.ts',
    "if (result.kind === 'refused' || isRememberable(result)) return result;",
    'if (result.position > 0 || isRememberable(result as never)) return result;',
  ],
  [
    'requests are forgotten beyond the bound',
    'requests.ts',
    'if (this.#requests.size <= REQUESTS_REMEMBERED_MAX) return;',
    'if (this.#requests.size <= REQUESTS_REMEMBERED_MAX * 2) return;',
  ],
  [
    'a command against the limits does nothing',
    'apply.ts',
    "if (reason !== undefined) return { result: { kind: 'invalid', position, reason }, changes: [] };",
    '',
  ],
  [
    'positions go forward',
    'apply.ts',
    'assert(position > state.position,',
    'assert(position >= state.position,',
  ],
  [
    'a nested transaction has what those around it leave over',
    'check-command.ts',
    'operationsFault(then, left - most)',
    'operationsFault(then, left)',
  ],
  [
    'so has one in the other branch',
    'check-command.ts',
    'operationsFault(conditional.else, left - most)',
    'operationsFault(conditional.else, left)',
  ],
  ['nesting has an end', 'transaction-codec.ts', 'if (depth > DEPTH_MAX)', 'if (depth > DEPTH_MAX * 1e6)'],
  ['one numbered key is put once', 'check-command.ts', 'numberedTwice(command)', 'undefined'],
  [
    'numbered keys of both branches count for those beside them',
    'numbered-keys.ts',
    'return one && other ? new Set([...one, ...other]) : (one ?? other);',
    'return one ?? other;',
  ],
  [
    'a put needs its lease',
    'operations.ts',
    "if (isGone(step, lease)) return refused('lease-not-found');\n  const entry",
    'const entry',
  ],
  [
    'a numbered put needs its lease',
    'operations.ts',
    "if (isGone(step, lease)) return refused('lease-not-found');\n  const key",
    'const key',
  ],
  [
    'what a put is to keep must be there',
    'operations.ts',
    "if (!previous && (value === undefined || lease === undefined)) return refused('key-not-found');",
    '',
  ],
  [
    'a counter has one spelling',
    'operations.ts',
    'const COUNTER = /^(?:0|-?[1-9]\\d{0,15})$/;',
    'const COUNTER = /^-?\\d{1,16}$/;',
  ],
  [
    'a counter is exact before',
    'operations.ts',
    "if (!Number.isSafeInteger(before)) return refused('not-a-counter');",
    '',
  ],
  [
    'a counter is exact afterwards',
    'operations.ts',
    "if (!Number.isSafeInteger(sum)) return refused('counter-overflow');",
    '',
  ],
  [
    'a counter keeps its lease',
    'operations.ts',
    "ofText(String(sum)), previous?.lease ?? '', previous",
    "ofText(String(sum)), '', previous",
  ],
  [
    'a lease that is granted again stays as it is',
    'operations.ts',
    "if (existing) return { kind: 'grant', granted: false, ttlMs: existing.ttlMs };",
    '',
  ],
  [
    'a delete answers a bounded number of entries',
    'operations.ts',
    'entries.slice(0, RANGE_ENTRIES_MAX)',
    'entries',
  ],
  ['a range that is read backwards has a beginning', 'state.ts', 'if (at < key) return;', ''],
];

export const KERNEL_MUTANTS: readonly Mutant[] = SWITCHES.map(([missing, file, find, replace]) => ({
  missing: `kernel: ${missing}`,
  file: `${FOLDER}/${file}`,
  find,
  replace,
  foundBy: ['test/state-machine', 'test/property'],
}));
