// A preload (`node --import`) that puts `slow-sqlite.ts` in the place of SQLite. It works on the main thread,
// which opens the directory first.

import { register } from 'node:module';

register('./slow-opening-hooks.js', import.meta.url);
