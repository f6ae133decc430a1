// Runs a few processes on one store in every order of their calls, or in many orders drawn at random. A
// process may die at any call. That call may still arrive, as late as it likes.

import { assert } from '../../src/assert.ts';
import type { Store } from '../../src/log/store.ts';
import { InterceptedStore, type StoreMethod } from './intercepted-store.ts';

/** What may be next: a call arrives, a process dies, or, once every process has ended, the check is made. */
interface Move {
  readonly name: string;
  readonly process: number;
  readonly kind: 'call' | 'death' | 'check';
  readonly reads: boolean;
  /** The log or the blob that a call is about. */
  readonly of: string;
  readonly make: () => Promise<void>;
}

export interface Interleaved {
  readonly store: Store;
  /** Each is on a store of its own that leads to `store`. They share nothing else, not even a clock. */
  readonly processes: readonly ((store: Store) => Promise<() => Promise<unknown>>)[];
  /** Called when every process has ended, and again when every late call has arrived. */
  check(): Promise<void>;
}

/** Which of these moves is next; none: the order is known already. */
type Choose = (moves: readonly Move[]) => number | undefined;

/** A point of an order: the moves that are tried after it, one after the other. */
interface Branch {
  readonly asleep: ReadonlySet<string>;
  readonly awake: readonly string[];
  readonly chosen: number;
}

/**
 * Every order that differs, without deaths or with one. Answers their number. Where two neighbours of an
 * order commute, only one of the two orders is run: the move that was tried first sleeps afterwards, while
 * only others are made that it commutes with. These are the sleep sets of Godefroid, Partial-Order Methods
 * for the Verification of Concurrent Systems, 1996.
 */
export async function inEveryOrder(set: () => Promise<Interleaved>, deathsMax: number): Promise<number> {
  let path: Branch[] = [];
  for (let runs = 0; ; ) {
    let depth = 0;
    let asleep: ReadonlySet<string> = new Set();
    const isWhole = await runOnce(await set(), deathsMax, (moves) => {
      let branch = path[depth];
      if (!branch) {
        const awake = moves.map(({ name }) => name).filter((name) => !asleep.has(name));
        branch = { asleep, awake, chosen: 0 };
        path.push(branch);
      }
      depth += 1;
      const { awake, chosen } = branch;
      const next = moves.find(({ name }) => name === awake[chosen]);
      if (!next) return undefined;
      const tried = new Set([...branch.asleep, ...awake.slice(0, chosen)]);
      const sleepers = moves.filter((move) => tried.has(move.name) && commute(move, next));
      asleep = new Set(sleepers.map(({ name }) => name));
      return moves.indexOf(next);
    });
    if (isWhole) runs += 1;
    path = afterNext(path);
    if (path.length === 0) return runs;
  }
}

/** The path to the next order: the last branch that has one takes its next move. */
function afterNext(path: readonly Branch[]): Branch[] {
  const last = path.findLastIndex(({ awake, chosen }) => chosen + 1 < awake.length);
  return path.slice(0, last + 1).map((branch, depth) => {
    return depth === last ? { ...branch, chosen: branch.chosen + 1 } : branch;
  });
}

function commute(one: Move, other: Move): boolean {
  if (one.kind === 'check' || other.kind === 'check' || one.process === other.process) return false;
  if (one.kind === 'death' || other.kind === 'death') return one.kind !== other.kind;
  return one.of !== other.of || (one.reads && other.reads);
}

export async function inSomeOrders(
  set: () => Promise<Interleaved>,
  deathsMax: number,
  runs: number,
  below: (options: number) => number,
): Promise<void> {
  for (let run = 0; run < runs; run += 1)
    await runOnce(await set(), deathsMax, ({ length }) => below(length));
}

/** Answers false if no move was chosen before the check. */
async function runOnce(
  { store, processes, check }: Interleaved,
  deathsMax: number,
  choose: Choose,
): Promise<boolean> {
  const pending: Move[] = [];
  const dead = new Set<number>();
  const ended = new Set<number>();
  let isOpen = true;
  let isChecked = false;
  const begun = processes.map((make, process) => {
    let calls = 0;
    const gate = <T>(method: StoreMethod, run: () => Promise<T>, of: string): Promise<T> => {
      if (isOpen) return run();
      calls += 1;
      const name = `call ${calls} of ${process}`;
      const { arrives, answer } = arrival(run, () => dead.has(process));
      pending.push({ name, process, kind: 'call', reads: READS.has(method), of, make: arrives });
      return answer;
    };
    return make(new InterceptedStore(store, gate));
  });
  // What each process knows from before is read without a gate.
  const starts = await Promise.all(begun);
  isOpen = false;
  for (const [process, start] of starts.entries()) {
    void start().then(
      () => ended.add(process),
      (error: unknown) => {
        throw error;
      },
    );
  }
  await quiet();
  while (!isChecked) {
    const moves = [...pending];
    const isOver = processes.every((_process, index) => ended.has(index) || dead.has(index));
    if (isOver) moves.push(checking(check));
    else if (dead.size < deathsMax) moves.push(...deaths(pending, dead));
    assert(moves.length > 0, 'a process waits for something that is no call of the store');
    const next = moves[choose(moves) ?? -1];
    if (!next) return false;
    if (next.kind === 'call') pending.splice(pending.indexOf(next), 1);
    await next.make();
    isChecked = next.kind === 'check';
    if (!isChecked) await quiet();
  }
  const isLate = pending.length > 0;
  for (const { make } of pending.splice(0)) await make();
  if (isLate) await check();
  return true;
}

/** A call that waits until it arrives. To a dead process it answers nothing. */
function arrival<T>(run: () => Promise<T>, isDead: () => boolean) {
  let arrives = (): Promise<void> => Promise.resolve();
  const answer = new Promise<T>((resolve, reject) => {
    arrives = () =>
      run().then(
        (value) => void (isDead() || resolve(value)),
        (error: unknown) => void (isDead() || reject(error)),
      );
  });
  return { arrives, answer };
}

const READS: ReadonlySet<StoreMethod> = new Set(['last', 'range', 'metadataRecord', 'blob', 'check']);

const checking = (check: () => Promise<void>): Move => {
  return { name: 'check', process: -1, kind: 'check', reads: true, of: '', make: check };
};

/** A process that waits for a call may die. */
function deaths(pending: readonly Move[], dead: Set<number>): Move[] {
  const waiting = new Set(pending.map(({ process }) => process).filter((process) => !dead.has(process)));
  return [...waiting].map((process) => ({
    name: `death of ${process}`,
    process,
    kind: 'death',
    reads: true,
    of: '',
    make: () => Promise.resolve(void dead.add(process)),
  }));
}

/** Until no process can go on by itself. */
async function quiet(): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
