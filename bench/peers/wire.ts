// What a load generator needs to know of a protocol: bytes to send, and where an answer ends. All protocols
// but gRPC are driven by the same loop over plain sockets, so that the cost of a client library is nobody's
// disadvantage.

export interface Wire {
  /** Sent one after the other by each client before the load begins. */
  prepare(client: number): readonly Buffer[];
  /** The request that a client sends next. It may hold several that are answered in order. */
  request(client: number, index: number): Buffer;
  /** How many answers one request has. */
  readonly answers: number;
  /**
   * The length of the first whole answer in `received`, or 0 when there is none yet.
   *
   * @throws Error for a failure
   */
  answerLength(received: Buffer): number;
}

/** Records, values and messages have this size everywhere. */
const RECORD_BYTES = 100;
export const RECORD_TEXT = 'x'.repeat(RECORD_BYTES);
