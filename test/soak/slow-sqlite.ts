// SQLite with a pause between opening a database and its first statement, and before each of the next few. So
// an opener acts on what it saw a while ago.

import { DatabaseSync as Database } from '@photostructure/sqlite';

/** Opening a directory takes a few more. */
const STATEMENTS_DELAYED = 6;

// biome-ignore lint/style/noProcessEnv: set by the soak for this program
const delayMs = Number(process.env['SLOW_OPENING_MS'] ?? 0);
const cell = new Int32Array(new SharedArrayBuffer(4));

export class DatabaseSync extends Database {
  #left = STATEMENTS_DELAYED;

  override exec(...given: Parameters<InstanceType<typeof Database>['exec']>) {
    this.#pause();
    return super.exec(...given);
  }

  override prepare(...given: Parameters<InstanceType<typeof Database>['prepare']>) {
    this.#pause();
    return super.prepare(...given);
  }

  #pause(): void {
    if (this.#left === 0) return;
    this.#left -= 1;
    Atomics.wait(cell, 0, 0, delayMs);
  }
}
