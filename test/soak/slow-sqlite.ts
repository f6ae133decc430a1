// A preload (`node --import`): SQLite with a pause between opening a database and its first statement, and
// before each of the next few. So an opener acts on what it saw a while ago. A preload works on the main
// thread, which opens the directory first.

import { createRequire } from 'node:module';
import type * as Sqlite from '@photostructure/sqlite';

const PACKAGE = '@photostructure/sqlite';
/** Opening a directory takes a few more. */
const STATEMENTS_DELAYED = 6;

const require = createRequire(import.meta.url);
const sqlite = require(PACKAGE) as typeof Sqlite;
// biome-ignore lint/style/noProcessEnv: set by the soak for this program
const delayMs = Number(process.env['SLOW_OPENING_MS'] ?? 0);
const cell = new Int32Array(new SharedArrayBuffer(4));

class SlowDatabase extends sqlite.DatabaseSync {
  #left = STATEMENTS_DELAYED;

  override exec(...given: Parameters<Sqlite.DatabaseSyncInstance['exec']>) {
    this.#pause();
    return super.exec(...given);
  }

  override prepare(...given: Parameters<Sqlite.DatabaseSyncInstance['prepare']>) {
    this.#pause();
    return super.prepare(...given);
  }

  #pause(): void {
    if (this.#left === 0) return;
    this.#left -= 1;
    Atomics.wait(cell, 0, 0, delayMs);
  }
}

const loaded = require.cache[require.resolve(PACKAGE)];
if (!loaded) throw new Error(`${PACKAGE} is not among the loaded modules`);
loaded.exports = { ...sqlite, DatabaseSync: SlowDatabase };
