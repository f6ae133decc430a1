// SQLite itself. It is a native module, so it is loaded when the first database is opened: a program that
// opens none need not install it.

import { createRequire } from 'node:module';
import type * as Sqlite from '@photostructure/sqlite';

const PACKAGE = '@photostructure/sqlite';
const require = createRequire(import.meta.url);

/** @throws Error that says what to install */
export function sqlite(): typeof Sqlite {
  try {
    return require(PACKAGE) as typeof Sqlite;
  } catch (cause) {
    if (!isMissing(cause)) throw cause;
    throw new Error(`the SQLite store needs the package ${PACKAGE}: npm install ${PACKAGE}`, { cause });
  }
}

/** A package that is there and lacks a part of its own is another matter. */
function isMissing(cause: unknown): boolean {
  if (!(cause instanceof Error) || !('code' in cause) || cause.code !== 'MODULE_NOT_FOUND') return false;
  return cause.message.includes(`'${PACKAGE}'`);
}
