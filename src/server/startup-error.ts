// The reason for which the program cannot start, as a message for the operator.

/** The settings are well-formed, but name a store or an address that cannot be used. */
export class StartupError extends Error {
  override readonly name = 'StartupError';
}

export function messageOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  // A refused connection to several addresses has no message of its own.
  return cause.message || ('code' in cause ? String(cause.code) : cause.name);
}
