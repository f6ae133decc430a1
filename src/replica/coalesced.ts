// Runs an operation for many callers at once, and still gives each of them a run that began after its call.

export class Coalesced {
  readonly #operation: () => Promise<void>;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(operation: () => Promise<void>) {
    this.#operation = operation;
  }

  /** Resolves with a run that began after this call. Calls that come during a run share the next one. */
  run(): Promise<void> {
    if (this.#next !== undefined) return this.#next;
    if (!this.#running) return this.#start();
    this.#next = this.#running.then(
      () => this.#start(),
      () => this.#start(),
    );
    return this.#next;
  }

  #start(): Promise<void> {
    this.#next = undefined;
    const run = this.#operation();
    this.#running = run;
    const ended = () => {
      if (this.#running === run) this.#running = undefined;
    };
    run.then(ended, ended);
    return run;
  }
}
