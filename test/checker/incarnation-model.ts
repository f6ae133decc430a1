// What the incarnation of a log may be: created, fenced, sealed, deleted, created anew. The sequential truth that histories are checked against.

import type { Model } from './linearizability.ts';

interface IncarnationConditions {
  readonly expectedTail?: number | undefined;
  readonly token?: number | undefined;
  /** The incarnation that is meant. */
  readonly incarnation?: number | undefined;
}

export type IncarnationInput =
  | ({
      readonly kind: 'append';
      /** How many records; 0 for a log that is created empty. */
      readonly count: number;
      readonly create: 'never' | 'if-missing' | 'must-be-new';
      /** Ends the log with these records. */
      readonly seal: boolean;
      /** Of the records, for a log that is created. */
      readonly type: string | null;
    } & IncarnationConditions)
  | ({ readonly kind: 'seal' } & IncarnationConditions)
  | { readonly kind: 'fence'; readonly token: number }
  | { readonly kind: 'delete'; readonly incarnation?: number | undefined }
  | { readonly kind: 'look' };

type RefusalReason = 'missing' | 'exists' | 'sealed' | 'tail-mismatch' | 'fenced';

export type IncarnationOutput =
  | { readonly kind: 'appended'; readonly first: number; readonly incarnation: number }
  | { readonly kind: 'changed'; readonly tail: number; readonly incarnation: number }
  | { readonly kind: 'refused'; readonly reason: string; readonly tail: number }
  | { readonly kind: 'missing' }
  | {
      readonly kind: 'there';
      readonly tail: number;
      readonly incarnation: number;
      readonly sealed: boolean;
      readonly fence: number | null;
      readonly type: string | null;
    };

interface IncarnationState {
  readonly phase: 'missing' | 'open' | 'sealed';
  readonly tail: number;
  /** The tail when the present incarnation began. */
  readonly incarnation: number;
  readonly fence: number | null;
  readonly type: string | null;
}

type Verdict = readonly [IncarnationOutput, IncarnationState];

export const incarnationModel: Model<IncarnationState, IncarnationInput, IncarnationOutput> = {
  initial: { phase: 'missing', tail: 0, incarnation: 0, fence: null, type: null },
  step(state, input, output) {
    const [expected, after] = verdictOn(state, input);
    return output === undefined || sameOutput(output, expected) ? after : undefined;
  },
  key: ({ phase, tail, incarnation, fence, type }) => `${phase} ${tail} ${incarnation} ${fence} ${type}`,
};

function verdictOn(state: IncarnationState, input: IncarnationInput): Verdict {
  if (input.kind === 'look') return [lookAt(state), state];
  if (input.kind === 'append' && input.create === 'must-be-new' && state.phase !== 'missing') {
    return refused(state, 'exists');
  }
  const creates = input.kind === 'append' && input.create !== 'never';
  if (state.phase === 'missing') return creates ? created(state, input) : refused(state, 'missing');
  if ('incarnation' in input && input.incarnation !== undefined && input.incarnation !== state.incarnation) {
    return refused(state, 'missing');
  }
  // A deleted log ends with a tombstone, which has a position of its own.
  if (input.kind === 'delete') return appended({ ...state, phase: 'missing', fence: null, type: null }, 1);
  if (state.phase === 'sealed') {
    return input.kind === 'seal' ? changed(state) : refused(state, 'sealed');
  }
  return demanded(state, input);
}

type Write = Exclude<IncarnationInput, { kind: 'look' } | { kind: 'delete' }>;

/** On a log that is there, and open. */
function demanded(state: IncarnationState, input: Write): Verdict {
  const { token } = input;
  if (input.kind !== 'fence' && !isExpected(state, input)) return refused(state, 'tail-mismatch');
  if (state.fence !== null && (token === undefined || token < state.fence)) return refused(state, 'fenced');
  return written({ ...state, fence: token ?? state.fence }, input);
}

function created(state: IncarnationState, input: Extract<IncarnationInput, { kind: 'append' }>): Verdict {
  // The incarnation that is meant is over, or has never been.
  if (input.incarnation !== undefined && input.incarnation !== state.tail) return refused(state, 'missing');
  if (!isExpected(state, input)) return refused(state, 'tail-mismatch');
  const { tail } = state;
  const { token = null, type } = input;
  return written({ phase: 'open', tail, incarnation: tail, fence: token, type }, input);
}

function written(state: IncarnationState, input: Write): Verdict {
  const ends = input.kind === 'seal' || (input.kind === 'append' && input.seal);
  const after: IncarnationState = ends ? { ...state, phase: 'sealed' } : state;
  return input.kind === 'append' && input.count > 0 ? appended(after, input.count) : changed(after);
}

function isExpected(state: IncarnationState, { expectedTail }: IncarnationConditions): boolean {
  return expectedTail === undefined || expectedTail === state.tail;
}

function appended(state: IncarnationState, count: number): Verdict {
  return [
    { kind: 'appended', first: state.tail + 1, incarnation: state.incarnation },
    { ...state, tail: state.tail + count },
  ];
}

function changed(state: IncarnationState): Verdict {
  return [{ kind: 'changed', tail: state.tail, incarnation: state.incarnation }, state];
}

function refused(state: IncarnationState, reason: RefusalReason): Verdict {
  return [{ kind: 'refused', reason, tail: state.tail }, state];
}

function lookAt({ phase, tail, incarnation, fence, type }: IncarnationState): IncarnationOutput {
  return phase === 'missing'
    ? { kind: 'missing' }
    : { kind: 'there', tail, incarnation, sealed: phase === 'sealed', fence, type };
}

function sameOutput(a: IncarnationOutput, b: IncarnationOutput): boolean {
  const entries = Object.entries(a);
  const other: Readonly<Record<string, unknown>> = { ...b };
  return (
    entries.length === Object.keys(other).length && entries.every(([key, value]) => other[key] === value)
  );
}
