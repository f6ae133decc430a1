// What iterations end with when they cannot go on. Everything else is a result.

export class OrdinalError extends Error {
  override readonly name = 'OrdinalError';
  /** What the server says, such as `forbidden`, or `unavailable`. */
  readonly code: string;

  constructor(code: string, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.code = code;
  }
}
