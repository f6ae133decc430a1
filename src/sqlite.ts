// The store on SQLite, for programs that have installed it.

export { SqliteStore } from './store/sqlite/store.ts';
