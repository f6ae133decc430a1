// Module hooks: every import of SQLite gets `slow-sqlite.ts`, except its own.

import type { ResolveHook } from 'node:module';

const SLOW = new URL('./slow-sqlite.js', import.meta.url).href;

export const resolve: ResolveHook = (specifier, context, next) => {
  const slowed = specifier === '@photostructure/sqlite' && context.parentURL !== SLOW;
  return next(slowed ? SLOW : specifier, context);
};
