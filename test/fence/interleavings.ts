// Two writers with the tokens 1 and 2 on one guarded value, in every order in which their calls can take
// effect, and with answers and requests that are lost or late. The value must never go back to the older token's.

import { deferred } from '../support/deferred.ts';

/** Which of `count` possibilities is taken. */
type Choose = (count: number) => number;

/** Runs once for every sequence of choices that there is. Answers how many there were. */
async function forEverySequence(run: (choose: Choose) => Promise<void>): Promise<number> {
  const path: { taken: number; readonly count: number }[] = [];
  for (let runs = 1; ; runs += 1) {
    let depth = 0;
    await run((count) => {
      const place = path[depth] ?? { taken: 0, count };
      if (place.count !== count) throw new Error('the same choices lead to different calls');
      path[depth] = place;
      depth += 1;
      return place.taken;
    });
    while (path.length > 0) {
      const last = path.at(-1);
      if (last && last.taken + 1 < last.count) {
        last.taken += 1;
        break;
      }
      path.pop();
    }
    if (path.length === 0) return runs;
  }
}

/** A writer's call goes through here, and takes effect when it is its turn. A read leaves nothing. */
export type Gate = <T>(call: () => Promise<T>, isRead?: boolean) => Promise<T>;

export interface Outcome {
  readonly kind: string;
  readonly definite?: boolean;
}

export interface GuardedValue {
  /** Writes by way of `gate`, as the holder of `token`. */
  write(token: 1 | 2, gate: Gate): Promise<Outcome>;
  /** The token of the writer whose value it is now; 0 when neither has written. */
  owner(): Promise<number>;
}

export interface Exploration {
  /** How many calls of one history are lost, or late. */
  readonly faultsMax: number;
  /** How often a writer asks again while it does not know. */
  readonly writesMax: number;
}

/** @throws Error that tells the history, when one breaks a promise. Answers how many there were. */
export function explore(
  newValue: () => Promise<GuardedValue>,
  { faultsMax, writesMax }: Exploration,
): Promise<number> {
  return forEverySequence(async (choose) => {
    const history = new History(await newValue(), choose, faultsMax);
    await history.play(writesMax);
    history.judge();
  });
}

interface Parked {
  readonly isRead: boolean;
  /** Lets the call take effect. */
  execute(): Promise<void>;
  /** Tells the writer what came of it. */
  answer(): void;
  /** Tells the writer nothing but that no answer came. */
  lose(): void;
}

class Writer {
  parked: Parked | undefined;
  readonly outcomes: Outcome[] = [];
  #quiet = deferred();

  readonly token: 1 | 2;

  constructor(token: 1 | 2) {
    this.token = token;
  }

  readonly gate: Gate = (call, isRead = false) =>
    new Promise((resolve, reject) => {
      let told = () => {};
      this.parked = {
        isRead,
        execute: () =>
          call().then(
            (value) => {
              told = () => resolve(value);
            },
            (error) => {
              told = () => reject(error);
            },
          ),
        answer: () => told(),
        lose: () => reject(new Error('no answer came')),
      };
      this.#quiet.resolve();
    });

  /** Until it waits for a call, or is done. */
  async quiet(): Promise<void> {
    await this.#quiet.promise;
  }

  async run(value: GuardedValue, writesMax: number): Promise<void> {
    let isKnown = false;
    for (let writes = 0; writes < writesMax && !isKnown; writes += 1) {
      const outcome = await value.write(this.token, this.gate);
      this.outcomes.push(outcome);
      isKnown = outcome.kind !== 'failed';
    }
    this.#quiet.resolve();
  }

  take(): Parked {
    const { parked } = this;
    if (!parked) throw new Error('there is no call');
    this.parked = undefined;
    this.#quiet = deferred();
    return parked;
  }
}

class History {
  readonly #value: GuardedValue;
  readonly #choose: Choose;
  readonly #writers = [new Writer(1), new Writer(2)] as const;
  readonly #late: { readonly token: number; readonly call: Parked }[] = [];
  readonly #owners: number[] = [];
  readonly #events: string[] = [];
  #faultsLeft: number;

  constructor(value: GuardedValue, choose: Choose, faultsMax: number) {
    this.#value = value;
    this.#choose = choose;
    this.#faultsLeft = faultsMax;
  }

  async play(writesMax: number): Promise<void> {
    const running: Promise<void>[] = [];
    for (const writer of this.#writers) {
      running.push(writer.run(this.#value, writesMax));
      await writer.quiet();
    }
    for (;;) {
      const waiting = this.#writers.filter(({ parked }) => parked);
      // When both are done, what is late may come, or has been lost.
      const turns = waiting.length + this.#late.length + (waiting.length === 0 ? 1 : 0);
      const turn = this.#choose(turns);
      const writer = waiting[turn];
      const late = this.#late[turn - waiting.length];
      if (writer) await this.#callOf(writer);
      else if (late) await this.#deliver(late);
      else break;
    }
    await Promise.all(running);
  }

  async #callOf(writer: Writer): Promise<void> {
    const call = writer.take();
    const fates = this.#faultsLeft === 0 ? ['answered'] : ['answered', 'unanswered', 'late'];
    // A read whose answer does not come is a read that has not come.
    const fate = fates[this.#choose(call.isRead ? Math.min(2, fates.length) : fates.length)] ?? '';
    this.#events.push(`${writer.token}: a ${call.isRead ? 'read' : 'write'}, ${fate}`);
    if (fate !== 'answered') this.#faultsLeft -= 1;
    if (fate === 'late') this.#late.push({ token: writer.token, call });
    else await this.#execute(call);
    if (fate === 'answered') call.answer();
    else call.lose();
    await writer.quiet();
  }

  async #deliver(late: { readonly token: number; readonly call: Parked }): Promise<void> {
    this.#late.splice(this.#late.indexOf(late), 1);
    this.#events.push(`${late.token}: the late write`);
    await this.#execute(late.call);
  }

  async #execute(call: Parked): Promise<void> {
    await call.execute();
    if (!call.isRead) this.#owners.push(await this.#value.owner());
  }

  judge(): void {
    const owners = this.#owners;
    const faults: string[] = [];
    if (owners.some((owner, index) => owner < (owners[index - 1] ?? 0))) faults.push('the value went back');
    for (const { token, outcomes } of this.#writers) {
      const isThere = owners.includes(token);
      const saysSo = outcomes.some(({ kind }) => kind === 'written');
      const saysNot = outcomes.every(({ kind, definite }) => kind !== 'written' && definite === true);
      if (saysSo && !isThere) faults.push(`${token} was told "written", and was not`);
      if (saysNot && isThere) faults.push(`${token} was told that it has done nothing, and was written`);
    }
    if (this.#writers[1].outcomes.some(({ kind }) => kind === 'fenced'))
      faults.push('the greatest token was refused');
    if (faults.length === 0) return;
    const told = this.#writers.map(({ token, outcomes }) => `${token} was told ${JSON.stringify(outcomes)}`);
    throw new Error([...faults, ...this.#events, ...told, `owners: ${owners}`].join('\n'));
  }
}
