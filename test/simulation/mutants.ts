// The rules and guards, switched off one at a time: text that is replaced in a copy of the source. A mutant
// that the simulation does not find has no test.

import { LOCK_MUTANTS } from './lock-mutants.ts';
import { PRODUCER_MUTANTS } from './producer-mutants.ts';
import { REBIRTH_MUTANTS } from './rebirth-mutants.ts';
import { RETENTION_MUTANTS } from './retention-mutants.ts';
import { WATCH_MUTANTS } from './watch-mutants.ts';

export interface Mutant {
  /** The rule or guard that is missing. */
  readonly missing: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** The scenario of the simulation that should find it, or the folders of the tests that should. */
  readonly foundBy: string | readonly string[];
}

const LOG_MUTANTS: readonly Mutant[] = [
  {
    missing: 'rule 1: the cap in the segment decides',
    file: 'src/log/intent.ts',
    find: 'const refusal = refusalOf(segment, update);',
    replace: "const refusal = segment.bytes >= cap ? 'full' : refusalOf(segment, update);",
    foundBy: 'calm',
  },
  {
    missing: 'rule 2: the batch is not in the segment yet',
    file: 'src/log/segment.ts',
    find: "if (entry && holdsEntry(segment, entry)) return 'duplicate';",
    replace: '',
    foundBy: 'lossy',
  },
  {
    missing: 'rule 2: a batch keeps its id across retries',
    file: 'src/log/batch.ts',
    find: 'return bytesEqual(a.subarray(0, HEADER_BYTES), b.subarray(0, HEADER_BYTES));',
    replace: 'return a === b && Math.random() < 0;',
    foundBy: 'lossy',
  },
  {
    missing: 'rule 3: after an unknown outcome walk on from the segment that was tried',
    file: 'src/log/step.ts',
    find: 'lostAnswer: attempt.lostAnswer || lost,',
    replace: 'end: lost ? undefined : attempt.end,',
    foundBy: 'lossy',
  },
  {
    missing: 'rule 4: a tried segment that is gone means an unknown outcome',
    file: 'src/log/step.ts',
    find: 'if (!attempt.unresolved) return proceed({ ...attempt, end: undefined });',
    replace: 'if (attempt.races >= 0) return proceed({ ...attempt, end: undefined });',
    foundBy: 'zombies',
  },
  {
    missing: 'rule 5: only the chained prefix of a range',
    file: 'src/log/segment.ts',
    find: 'return segments.slice(0, count);',
    replace: 'return segments;',
    foundBy: 'torn',
  },
  {
    missing: 'rule 6: a writer asks for the trim point',
    file: 'src/log/step.ts',
    find: 'if (ageMs < attempt.settings.trimAgeMinMs / 2) return believe(attempt, answer);',
    replace: 'if (ageMs < attempt.settings.trimAgeMinMs * 1e9) return believe(attempt, answer);',
    foundBy: 'zombies',
  },
  {
    missing: 'rule 6: a reader asks for the trim point',
    file: 'src/log/reader.ts',
    find: 'if (elapsedMs(clock, cursor.freshAt) < trimAgeMinMs / 2) return true;',
    replace: 'if (elapsedMs(clock, cursor.freshAt) < trimAgeMinMs * 1e9) return true;',
    foundBy: 'zombies',
  },
  {
    missing: 'rule 6: what is swept has been marked for the age',
    file: 'src/log/trim-point-move.ts',
    find: 'cut.nowMs - pending.atMs >= cut.ageMinMs',
    replace: 'cut.nowMs - pending.atMs >= -1e15',
    foundBy: 'zombies',
  },
  {
    missing: 'rule 6: the trim point is written before the first removal',
    file: 'src/log/trimmer.ts',
    find: 'const value = JSON.stringify(after);',
    replace: 'const value = JSON.stringify({ ...after, sweptTo: 0 });',
    foundBy: 'zombies',
  },
  {
    missing: 'a cursor does not lead into a later incarnation',
    file: 'src/log/reader.ts',
    find: "if (last.metadata.incarnation > cursor.after || last.metadata.ended === 'deleted') return undefined;",
    replace: '',
    foundBy: 'calm',
  },
  {
    missing: 'rule 8: a lost answer is indefinite',
    file: 'src/log/step.ts',
    find: 'definite: !failed.unresolved,',
    replace: 'definite: true,',
    foundBy: 'blackout',
  },
  {
    missing: 'a refusal rests on a look during the write',
    file: 'src/log/step.ts',
    find: 'if (!attempt.looked) return',
    replace: 'if (attempt.races < 0) return',
    foundBy: 'calm',
  },
  {
    missing: 'a write that finds its own batch is settled before it pauses',
    file: 'src/log/step.ts',
    find: 'if (entry && holdsEntry(segment, entry)) return proceed(refused);',
    replace: '',
    foundBy: 'crowded',
  },
  {
    missing: 'a full segment refuses a seal and a fence',
    file: 'src/log/segment.ts',
    find: "if (isFull(segment)) return 'full';",
    replace: "if (isFull(segment) && entry) return 'full';",
    foundBy: 'crowded',
  },
  {
    missing: 'the next segment has the metadata of the full one',
    file: 'src/log/intent.ts',
    find: 'const metadata = metadataAfter(metadataCarried(segment), update, base);',
    replace: 'const metadata = metadataAfter({ incarnation: segment.metadata.incarnation }, update, base);',
    foundBy: 'calm',
  },
  {
    missing: 'a sealed log takes no record',
    file: 'src/log/segment.ts',
    find: "if (metadata.ended === 'sealed' && end !== 'deleted' && !isRenewal(update)) return 'sealed';",
    replace: '',
    foundBy: 'calm',
  },
  {
    missing: 'a deleted log takes no record',
    file: 'src/log/segment.ts',
    find: "if (metadata.ended === 'deleted') return 'deleted';",
    replace: '',
    foundBy: 'calm',
  },
  {
    missing: 'a token behind the fence is refused',
    file: 'src/log/segment.ts',
    find: 'return token < fence;',
    replace: 'return false;',
    foundBy: 'calm',
  },
  {
    missing: 'no token is refused where there is a fence',
    file: 'src/log/segment.ts',
    find: "if (token === undefined) return end !== 'deleted';",
    replace: 'if (token === undefined) return false;',
    foundBy: 'calm',
  },
  {
    missing: 'a write for an incarnation that is over is refused by the next one',
    file: 'src/log/segment.ts',
    find: "if (conditions.incarnation !== undefined && metadata.incarnation !== conditions.incarnation)\n    return 'incarnation-mismatch';",
    replace: '',
    foundBy: 'calm',
  },
  {
    missing: 'a write for an incarnation that is over begins no other',
    file: 'src/log/intent.ts',
    find: "if (conditions.incarnation !== undefined && conditions.incarnation !== base) return refused('missing');",
    replace: '',
    foundBy: 'calm',
  },
  {
    missing: 'a full or deleted segment is not the last word on the metadata',
    file: 'src/log/step.ts',
    find: 'looked: !mayHaveSuccessor(segment),',
    replace: 'looked: true,',
    foundBy: 'crowded',
  },
  {
    missing: 'a change of metadata that was not answered, and is refused now, is indefinite',
    file: 'src/log/step.ts',
    find: "if (result.kind === 'refused' && !attempt.intent.update.entry && attempt.lostAnswer && !isNamed) {",
    replace: "if (result.kind === 'refused' && !attempt.intent.update.entry && attempt.races < 0) {",
    foundBy: 'lossy',
  },
  {
    missing: 'a change of metadata is tried again in the same incarnation only',
    file: 'src/log/step.ts',
    find: 'if (update.entry || incarnation === undefined) return intent;',
    replace: 'return intent;',
    foundBy: 'crowded',
  },
  {
    missing: 'a linearizable read begins its look after the call',
    file: 'src/replica/coalesced.ts',
    find: 'if (this.#next !== undefined) return this.#next;',
    replace: 'if (this.#running !== undefined) return this.#running;',
    foundBy: 'stormy',
  },
  {
    missing: 'a linearizable read looks at the log',
    file: 'src/replica/replica.ts',
    find: 'await this.#catchUp.run();\n        return undefined;',
    replace: 'return undefined;',
    foundBy: 'calm',
  },
  {
    missing: 'a read waits for the position that it names',
    file: 'src/replica/replica.ts',
    find: '(await this.#reach(after))',
    replace: 'true',
    foundBy: 'calm',
  },
  {
    missing: 'a command is applied once',
    file: 'src/replica/applier.ts',
    find: 'if (record.position <= this.#position) continue;',
    replace: '',
    foundBy: 'calm',
  },
  {
    missing: 'a snapshot replaces the position in the log',
    file: 'src/replica/catch-up.ts',
    find: 'if (this.#parts.applier.adopt(snapshot.state, snapshot.position)) this.#cursor = undefined;',
    replace: 'this.#parts.applier.adopt(snapshot.state, snapshot.position);',
    foundBy: 'blackout',
  },
  {
    missing: 'what is removed of one attempt at a snapshot is not missing in another',
    file: 'src/replica/snapshots.ts',
    find: 'ref.attempt}/',
    replace: '0}/',
    foundBy: 'sleepy',
  },
  {
    missing: 'a refusal without a record rests on a look at the tail',
    file: 'src/coordination/names.ts',
    find: 'const look = await this.#kernel.read((state) => state.get(key));',
    replace: "const look = await this.#kernel.read((state) => state.get(key), { consistency: 'local' });",
    foundBy: 'calm',
  },
  {
    missing: 'a refusal of a request with an id is remembered',
    file: 'src/coordination/names.ts',
    find: 'if (idempotencyKey !== undefined) return undefined;',
    replace: '',
    foundBy: 'calm',
  },
  {
    missing: 'a request id is carried out once',
    file: 'src/state-machine/kernel/apply.ts',
    find: 'if (earlier) return earlier.result;',
    replace: '',
    foundBy: 'crashy',
  },
  {
    missing: 'all checks of a transaction hold',
    file: 'src/state-machine/kernel/evaluate.ts',
    find: 'findIndex((check) => !holds(state, check))',
    replace: 'findIndex((check) => holds(state, check) === Math.random() < 0.05)',
    foundBy: 'calm',
  },
];

export const SIMULATION_MUTANTS: readonly Mutant[] = [
  ...LOG_MUTANTS,
  ...LOCK_MUTANTS,
  ...WATCH_MUTANTS,
  ...REBIRTH_MUTANTS,
  ...PRODUCER_MUTANTS,
  ...RETENTION_MUTANTS,
];
