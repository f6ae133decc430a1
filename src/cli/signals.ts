// Signals to a command that holds something: first they end the wait, then they are the business of the
// command that runs.

import { constants } from 'node:os';
import { EXIT } from './exit-codes.ts';
import { CommandFailure } from './failure.ts';

const CAUGHT = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'] as const;

export class Signals {
  readonly #interrupted = new AbortController();
  #forward: ((signal: NodeJS.Signals) => void) | undefined;

  constructor() {
    for (const signal of CAUGHT) process.on(signal, this.#receive);
  }

  /** Aborts with the first signal that no command receives. The reason is a `CommandFailure`. */
  get interrupted(): AbortSignal {
    return this.#interrupted.signal;
  }

  /** From now on signals go there, until the returned function is called. */
  forwardTo(receive: (signal: NodeJS.Signals) => void): () => void {
    this.#forward = receive;
    return () => {
      this.#forward = undefined;
    };
  }

  end(): void {
    for (const signal of CAUGHT) process.off(signal, this.#receive);
  }

  readonly #receive = (signal: NodeJS.Signals): void => {
    if (this.#forward) {
      this.#forward(signal);
      return;
    }
    // What is held ends with its time to live.
    if (this.#interrupted.signal.aborted) process.exit(exitCodeOf(signal));
    const failure = new CommandFailure('interrupted', `ended by ${signal}`, { exit: exitCodeOf(signal) });
    this.#interrupted.abort(failure);
  };
}

export function exitCodeOf(signal: NodeJS.Signals): number {
  return EXIT.signal + constants.signals[signal];
}
