// Why the program cannot go on, in words for the person at the keyboard.

/** The settings are well-formed, but what they name cannot be used. */
export class StartupError extends Error {
  override readonly name = 'StartupError';
}

export function messageOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  // A refused connection to several addresses has no message of its own.
  return cause.message || ('code' in cause ? String(cause.code) : cause.name);
}
