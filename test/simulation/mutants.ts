// The rules and guards, switched off one at a time: text that is replaced in a copy of the source. A mutant that the simulation does not
// find has no test.

export interface Mutant {
  /** The rule or guard that is missing. */
  readonly missing: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** The scenario that should find it. */
  readonly scenario: string;
}

export const MUTANTS: readonly Mutant[] = [
  {
    missing: 'rule 1: the cap in the segment decides',
    file: 'src/log/next-step.ts',
    find: 'const refusal = refusalOf(segment, update);',
    replace: "const refusal = segment.bytes >= cap ? 'full' : refusalOf(segment, update);",
    scenario: 'calm',
  },
  {
    missing: 'rule 2: the batch is not in the segment yet',
    file: 'src/log/segment.ts',
    find: "if (entry && holdsEntry(segment, entry)) return 'duplicate';",
    replace: '',
    scenario: 'lossy',
  },
  {
    missing: 'rule 2: a batch keeps its id across retries',
    file: 'src/log/batch.ts',
    find: 'return bytesEqual(a.subarray(0, HEADER_BYTES), b.subarray(0, HEADER_BYTES));',
    replace: 'return a === b && Math.random() < 0;',
    scenario: 'lossy',
  },
  {
    missing: 'rule 3: after an unknown outcome walk on from the segment that was tried',
    file: 'src/log/appender.ts',
    find: 'attempt.lostAnswer ||= !error.definite;',
    replace: 'if (!error.definite) this.#known = undefined;',
    scenario: 'lossy',
  },
  {
    missing: 'rule 4: a tried segment that is gone means an unknown outcome',
    file: 'src/log/appender.ts',
    find: 'if (!attempt.uncertain) return undefined;',
    replace: 'if (!attempt.uncertain || attempt.races >= 0) return undefined;',
    scenario: 'haunted',
  },
  {
    missing: 'rule 5: only the chained prefix of a range',
    file: 'src/log/segment.ts',
    find: 'return segments.slice(0, count);',
    replace: 'return segments;',
    scenario: 'torn',
  },
  {
    missing: 'rule 6: a writer asks for the boundary',
    file: 'src/log/appender.ts',
    find: 'if (elapsedMs(clock, known.freshAt) < trimAgeMinMs / 2) return true;',
    replace: 'if (elapsedMs(clock, known.freshAt) < trimAgeMinMs * 1e9) return true;',
    scenario: 'haunted',
  },
  {
    missing: 'rule 6: a reader asks for the boundary',
    file: 'src/log/reader.ts',
    find: 'if (elapsedMs(clock, cursor.freshAt) < trimAgeMinMs / 2) return true;',
    replace: 'if (elapsedMs(clock, cursor.freshAt) < trimAgeMinMs * 1e9) return true;',
    scenario: 'haunted',
  },
  {
    missing: 'rule 6: what is swept has been marked for the age',
    file: 'src/log/boundary.ts',
    find: 'cut.nowMs - pending.atMs >= cut.ageMinMs',
    replace: 'cut.nowMs - pending.atMs >= -1e15',
    scenario: 'haunted',
  },
  {
    missing: 'rule 6: the boundary is written before the first removal',
    file: 'src/log/trimmer.ts',
    find: 'const value = JSON.stringify(after);',
    replace: 'const value = JSON.stringify({ ...after, sweptTo: 0 });',
    scenario: 'haunted',
  },
  {
    missing: 'a cursor does not lead into a later life',
    file: 'src/log/reader.ts',
    find: "if (last.rules.start > cursor.after || last.rules.ended === 'deleted') return undefined;",
    replace: '',
    scenario: 'calm',
  },
  {
    missing: 'rule 8: a lost answer is indefinite',
    file: 'src/log/appender.ts',
    find: 'definite: !attempt.uncertain,',
    replace: 'definite: true,',
    scenario: 'blackout',
  },
  {
    missing: 'a refusal rests on a look during the write',
    file: 'src/log/appender.ts',
    find: 'if (!attempt.looked) {',
    replace: 'if (attempt.races < 0) {',
    scenario: 'calm',
  },
  {
    missing: 'a write that finds its own batch is settled before it pauses',
    file: 'src/log/appender.ts',
    find: 'if (entry && holdsEntry(segment, entry)) return undefined;',
    replace: '',
    scenario: 'crowded',
  },
  {
    missing: 'a full segment refuses a seal and a fence',
    file: 'src/log/segment.ts',
    find: "if (isFull(segment)) return 'full';",
    replace: "if (isFull(segment) && entry) return 'full';",
    scenario: 'crowded',
  },
  {
    missing: 'the next segment has the rules of the full one',
    file: 'src/log/next-step.ts',
    find: 'const rules = rulesAfter(segment.rules, update);',
    replace: 'const rules = rulesAfter({ start: segment.rules.start }, update);',
    scenario: 'calm',
  },
  {
    missing: 'a sealed log takes no record',
    file: 'src/log/segment.ts',
    find: "if (rules.ended === 'sealed' && end !== 'deleted') return 'sealed';",
    replace: '',
    scenario: 'calm',
  },
  {
    missing: 'a deleted log takes no record',
    file: 'src/log/segment.ts',
    find: "if (rules.ended === 'deleted') return 'deleted';",
    replace: '',
    scenario: 'calm',
  },
  {
    missing: 'a token behind the fence is refused',
    file: 'src/log/segment.ts',
    find: 'return token < fence;',
    replace: 'return false;',
    scenario: 'calm',
  },
  {
    missing: 'no token is refused where there is a fence',
    file: 'src/log/segment.ts',
    find: "if (token === undefined) return end !== 'deleted';",
    replace: 'if (token === undefined) return false;',
    scenario: 'calm',
  },
  {
    missing: 'a write for a life that is over is refused by the next one',
    file: 'src/log/segment.ts',
    find: "if (conditions.start !== undefined && rules.start !== conditions.start) return 'start-mismatch';",
    replace: '',
    scenario: 'calm',
  },
  {
    missing: 'a write for a life that is over begins no other',
    file: 'src/log/next-step.ts',
    find: "if (conditions.start !== undefined && conditions.start !== base) return refused('missing');",
    replace: '',
    scenario: 'calm',
  },
  {
    missing: 'a full or deleted segment is not the last word on the rules',
    file: 'src/log/appender.ts',
    find: 'attempt.looked = !mayHaveSuccessor(segment);',
    replace: 'attempt.looked = true;',
    scenario: 'crowded',
  },
  {
    missing: 'a change of rules that was not answered, and is refused now, is indefinite',
    file: 'src/log/appender.ts',
    find: "if (step.result.kind === 'refused' && !entry && attempt.lostAnswer) {",
    replace: "if (step.result.kind === 'refused' && !entry && attempt.races < 0) {",
    scenario: 'lossy',
  },
  {
    missing: 'a change of rules is tried again in the same life only',
    file: 'src/log/appender.ts',
    find: 'if (update.entry || start === undefined) return intent;',
    replace: 'return intent;',
    scenario: 'crowded',
  },
  {
    missing: 'a linearizable read begins its look after the call',
    file: 'src/replica/coalesced.ts',
    find: 'if (this.#next !== undefined) return this.#next;',
    replace: 'if (this.#running !== undefined) return this.#running;',
    scenario: 'stormy',
  },
  {
    missing: 'a linearizable read looks at the log',
    file: 'src/replica/replica.ts',
    find: 'await this.#catchUp.run();\n        return undefined;',
    replace: 'return undefined;',
    scenario: 'calm',
  },
  {
    missing: 'a read waits for the position that it names',
    file: 'src/replica/replica.ts',
    find: '(await this.#reach(after))',
    replace: 'true',
    scenario: 'calm',
  },
  {
    missing: 'a command is applied once',
    file: 'src/replica/replica.ts',
    find: 'if (record.position <= this.#state.position) continue;',
    replace: '',
    scenario: 'calm',
  },
  {
    missing: 'a snapshot replaces the place in the log',
    file: 'src/replica/replica.ts',
    find: 'this.#state = state;\n    this.#cursor = undefined;',
    replace: 'this.#state = state;',
    scenario: 'blackout',
  },
  {
    missing: 'what is removed of one attempt at a snapshot is not missing in another',
    file: 'src/replica/snapshots.ts',
    find: 'ref.attempt}/',
    replace: '0}/',
    scenario: 'sleepy',
  },
  {
    missing: 'a request id is carried out once',
    file: 'src/machine/apply.ts',
    find: 'if (earlier) return earlier.result;',
    replace: '',
    scenario: 'crashy',
  },
  {
    missing: 'all checks of a transaction hold',
    file: 'src/machine/apply.ts',
    find: 'const succeeded = command.checks.every((check) => holds(state, check));',
    replace:
      'const succeeded = command.checks.every((check) => holds(state, check)) !== (Math.random() < 0.05);',
    scenario: 'calm',
  },
  {
    missing: 'a look at the end is as old as its call',
    file: 'src/log/reader.ts',
    find: 'const { segment, notes } = await store.last(log);\n    if',
    replace:
      'const { segment, notes } = await store.last(log);\n    Object.assign(freshAt, momentOf(clock));\n    if',
    scenario: 'haunted',
  },
  {
    missing: 'a snapshot keeps the time of the log',
    file: 'src/machine/snapshot-codec.ts',
    find: 'state.timeMs = reader.unsigned();',
    replace: 'reader.unsigned();',
    scenario: 'stormy',
  },
  {
    missing: 'what is trimmed is not read from a look at the end either',
    file: 'src/replica/replica.ts',
    find: 'if (base > position || start > position || tail < position) return false;',
    replace: 'if (base > position || tail < position) return false;',
    scenario: 'haunted',
  },
];
