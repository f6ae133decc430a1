// AWS packages are optional: a program installs those that its transport needs.

import { NotSentError } from '../transport.ts';

/** The package that `load` imports. @throws NotSentError that says what to install */
export async function installed<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    if (!isMissing(cause, name)) throw cause;
    const message = `the request needs the package ${name}: npm install ${name}`;
    throw new NotSentError(message, { retryable: false, cause });
  }
}

/** A package that is there and lacks a part of its own is another matter. */
function isMissing(cause: unknown, name: string): boolean {
  if (!(cause instanceof Error) || !('code' in cause) || cause.code !== 'ERR_MODULE_NOT_FOUND') return false;
  return cause.message.includes(`'${name}'`);
}
