// What one log, and one name, may do: the sequential truth that histories are checked against.

import type { Model } from './linearizability.ts';

export type LogInput =
  | { readonly kind: 'append'; readonly count: number; readonly expectedTail?: number | undefined }
  | { readonly kind: 'tail' };

export type LogOutput =
  | { readonly kind: 'appended'; readonly first: number }
  | { readonly kind: 'refused'; readonly tail: number }
  | { readonly kind: 'tail'; readonly tail: number };

/** The state is the tail. */
export const logModel: Model<number, LogInput, LogOutput> = {
  initial: 0,
  step(tail, input, output) {
    if (input.kind === 'tail') return output === undefined || tailOf(output) === tail ? tail : undefined;
    const allowed = input.expectedTail === undefined || input.expectedTail === tail;
    if (output === undefined) return allowed ? tail + input.count : tail;
    if (output.kind === 'refused') return !allowed && output.tail === tail ? tail : undefined;
    return allowed && output.kind === 'appended' && output.first === tail + 1
      ? tail + input.count
      : undefined;
  },
  key: String,
};

function tailOf(output: LogOutput): number | undefined {
  return output.kind === 'tail' ? output.tail : undefined;
}

export type NameInput =
  | { readonly kind: 'claim' | 'release'; readonly owner: string }
  | { readonly kind: 'look-up' };

export type NameOutput =
  | { readonly kind: 'claimed' | 'already-yours' | 'released' | 'not-held' }
  | { readonly kind: 'taken' | 'not-yours'; readonly holder: string }
  | { readonly kind: 'held-by'; readonly holder: string | undefined };

/** The state is the holder; '' for nobody. */
export const nameModel: Model<string, NameInput, NameOutput> = {
  initial: '',
  step(holder, input, output) {
    const [expected, after] = nameStep(holder, input);
    const same = output === undefined || JSON.stringify(output) === JSON.stringify(expected);
    return same ? after : undefined;
  },
  key: (holder) => holder,
};

function nameStep(holder: string, input: NameInput): [NameOutput, string] {
  switch (input.kind) {
    case 'look-up':
      return [{ kind: 'held-by', holder: holder || undefined }, holder];
    case 'claim':
      if (holder === '') return [{ kind: 'claimed' }, input.owner];
      if (holder === input.owner) return [{ kind: 'already-yours' }, holder];
      return [{ kind: 'taken', holder }, holder];
    case 'release':
      if (holder === '') return [{ kind: 'not-held' }, holder];
      if (holder === input.owner) return [{ kind: 'released' }, ''];
      return [{ kind: 'not-yours', holder }, holder];
  }
}
