// The memory that the two threads share. A thread that is within SQLite when its process ends brings the
// process down with SIGABRT: the binding cannot be interrupted. So the end of the process waits for the end
// of the transaction, and no other one begins.

/**
 * How long a process that ends waits for a transaction: longer than the transaction waits for its lock, and
 * once more to settle a failure.
 */
const END_TIMEOUT_MS = 6000;

const STOPPED = 0;
const BUSY = 1;

export type GuardCells = Int32Array<SharedArrayBuffer>;

/** The thread that writes is at work, loading what it needs, from the beginning. */
export function newGuardCells(): GuardCells {
  const cells = new Int32Array(new SharedArrayBuffer(8));
  cells[BUSY] = 1;
  return cells;
}

/** The thread that writes is there, and has nothing to do yet. */
export function endStart(cells: GuardCells): void {
  leave(cells);
}

/** Calls `work` in the thread that writes. Does not return when the process is ending. */
export function guarded<T>(cells: GuardCells, work: () => T): T {
  Atomics.store(cells, BUSY, 1);
  if (Atomics.load(cells, STOPPED) !== 0) {
    leave(cells);
    Atomics.wait(cells, STOPPED, 1);
  }
  try {
    return work();
  } finally {
    leave(cells);
  }
}

function leave(cells: GuardCells): void {
  Atomics.store(cells, BUSY, 0);
  Atomics.notify(cells, BUSY);
}

const open = new Set<GuardCells>();

/** From now on the end of this process waits for the other thread. */
export function guard(cells: GuardCells): void {
  if (open.size === 0) process.on('exit', stopAll);
  open.add(cells);
}

/** The other thread has ended. */
export function unguard(cells: GuardCells): void {
  open.delete(cells);
  if (open.size === 0) process.off('exit', stopAll);
}

function stopAll(): void {
  for (const cells of open) Atomics.store(cells, STOPPED, 1);
  const end = performance.now() + END_TIMEOUT_MS;
  for (const cells of open) {
    const leftMs = Math.max(0, end - performance.now());
    // A disk that has stalled: nothing but a kill ends the thread. SQLite recovers from that.
    if (Atomics.wait(cells, BUSY, 1, leftMs) === 'timed-out') process.kill(process.pid, 'SIGKILL');
  }
}
