/** The way to a client, whatever carries it. The connection is told what comes: see `Connection`. */
export interface Link {
  readonly address: string;
  readonly port: number;
  /** Bytes that were sent and that the client has not taken yet. */
  readonly pendingBytes: number;
  /** The bytes must not be changed any more. */
  send(bytes: Buffer): void;
  /** The client's bytes are left where they are until `resume`. */
  pause(): void;
  resume(): void;
  /** Closes the link behind what was sent. */
  end(): void;
  /** Closes the link at once. */
  cut(): void;
}
