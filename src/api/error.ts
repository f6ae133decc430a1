// The error with which an iteration ends when it cannot go on. All other outcomes are results.

export class OrdinalError extends Error {
  override readonly name = 'OrdinalError';
  /** The code of the server's answer, such as `forbidden` or `unavailable`. */
  readonly code: string;

  constructor(code: string, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.code = code;
  }
}
