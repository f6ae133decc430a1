// A transport carries a request and brings back its answer, as `fetch` does. It is the only thing that a
// client needs.

export type Transport = (request: Request) => Promise<Response>;

/**
 * The request was not sent, or Lambda refused it before the deployed function ran: nothing happened. Every
 * other failure of a transport is indefinite.
 */
export class NotSentError extends Error {
  override readonly name = 'NotSentError';
  /** The same request may succeed later. */
  readonly retryable: boolean;

  constructor(message: string, options: { retryable?: boolean; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.retryable = options.retryable ?? true;
  }
}
