// Virtual time: events in the order of their times, and of their scheduling where those are equal. Between
// two events every promise that can go on has gone on, so a run does not depend on the machine it runs on.

interface Event {
  readonly atMs: number;
  readonly sequence: number;
  readonly run: () => void;
}

export class Scheduler {
  nowMs = 0;
  #sequence = 0;
  /** A binary heap, the next event first. */
  readonly #events: Event[] = [];

  /** When the next event is; infinite if there is none. */
  get nextAtMs(): number {
    return this.#events[0]?.atMs ?? Number.POSITIVE_INFINITY;
  }

  schedule(delayMs: number, run: () => void): void {
    this.#sequence += 1;
    this.#push({ atMs: this.nowMs + Math.max(0, delayMs), sequence: this.#sequence, run });
  }

  /** Runs events until `done` or until there are none. */
  async run(done: () => boolean): Promise<void> {
    await settled();
    while (!done()) {
      const event = this.#pop();
      if (!event) return;
      this.nowMs = event.atMs;
      event.run();
      await settled();
    }
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.schedule(ms, resolve));
  }

  #push(event: Event): void {
    const heap = this.#events;
    heap.push(event);
    for (let index = heap.length - 1; index > 0; ) {
      const parent = (index - 1) >> 1;
      if (!this.#swapIfEarlier(index, parent)) return;
      index = parent;
    }
  }

  #pop(): Event | undefined {
    const heap = this.#events;
    const [first] = heap;
    const last = heap.pop();
    if (!first || !last || heap.length === 0) return first;
    heap[0] = last;
    for (let index = 0; ; ) {
      const [left, right] = [2 * index + 1, 2 * index + 2];
      const child = right < heap.length && earlier(heap[right], heap[left]) ? right : left;
      if (child >= heap.length || !this.#swapIfEarlier(child, index)) return first;
      index = child;
    }
  }

  #swapIfEarlier(index: number, parent: number): boolean {
    const heap = this.#events;
    const [a, b] = [heap[index], heap[parent]];
    if (!a || !b || !earlier(a, b)) return false;
    heap[index] = b;
    heap[parent] = a;
    return true;
  }
}

function earlier(a: Event | undefined, b: Event | undefined): boolean {
  if (!a || !b) return false;
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.sequence < b.sequence);
}

/** Resolves when every promise that could go on has gone on. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
