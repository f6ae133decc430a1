// What the two threads share. A process that ends while its other thread is within a transaction of LMDB would wait for itself for
// ever, with the write lock of the directory in its hands (lmdb 3.5 takes a mutex of its own again when it cleans up). So
// the end of the process waits for the end of the transaction, and no other one begins.

/** So long a process that ends waits for a transaction: another process may have the lock that this one waits for. */
const END_TIMEOUT_MS = 3000;

const STOPPED = 0;
const BUSY = 1;

export type GateCells = Int32Array<SharedArrayBuffer>;

/** The thread that writes is at work, or opening the directory, from the beginning. */
export function newGateCells(): GateCells {
  const cells = new Int32Array(new SharedArrayBuffer(8));
  cells[BUSY] = 1;
  return cells;
}

/** Before a transaction, in the thread that writes. Does not return when the process is ending. */
export function enter(cells: GateCells): void {
  Atomics.store(cells, BUSY, 1);
  if (Atomics.load(cells, STOPPED) === 0) return;
  leave(cells);
  Atomics.wait(cells, STOPPED, 1);
}

/** After it. */
export function leave(cells: GateCells): void {
  Atomics.store(cells, BUSY, 0);
  Atomics.notify(cells, BUSY);
}

const open = new Set<GateCells>();

/** From now on the end of this process waits for the other thread. */
export function guard(cells: GateCells): void {
  if (open.size === 0) process.on('exit', stopAll);
  open.add(cells);
}

/** The other thread has ended. */
export function unguard(cells: GateCells): void {
  open.delete(cells);
  if (open.size === 0) process.off('exit', stopAll);
}

function stopAll(): void {
  for (const cells of open) Atomics.store(cells, STOPPED, 1);
  const end = performance.now() + END_TIMEOUT_MS;
  for (const cells of open) {
    const leftMs = Math.max(0, end - performance.now());
    // A process that is killed leaves a lock that others can take; one that waits for itself does not.
    if (Atomics.wait(cells, BUSY, 1, leftMs) === 'timed-out') process.kill(process.pid, 'SIGKILL');
  }
}
