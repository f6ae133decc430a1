// Loaded before a program (`node --import`): its SQLite is the one of `slow-sqlite.ts` (in its main thread, which opens the directory first).

import { register } from 'node:module';

register('./slow-opening-hooks.js', import.meta.url);
