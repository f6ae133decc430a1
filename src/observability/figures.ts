// What a process has open at one moment, as metrics show it.

export interface NamespaceFigures {
  readonly namespace: string;
  /** About what its state takes in memory, in bytes. */
  readonly stateBytes: number;
  /** The position up to which this process has applied the log. */
  readonly position: number;
  /** The greatest position that this process knows to be written. */
  readonly tailSeen: number;
  readonly leases: number;
  readonly watchers: number;
  /** Requests and observers that wait for a change. */
  readonly waiting: number;
}

export interface Figures {
  readonly namespaces: readonly NamespaceFigures[];
  /** Streams whose logs are open. */
  readonly streams: number;
  /** Readers that wait for a stream to grow. */
  readonly waitingReaders: number;
}

/** Answers to one kind of request. */
export interface OperationFigures {
  readonly operation: string;
  readonly answered: number;
  /** How many of these were errors. */
  readonly failed: number;
  /** From the arrival to the answer, of all together. */
  readonly durationMs: number;
}

/** The server of ZooKeeper's protocol. */
export interface ZookeeperFigures {
  readonly connections: number;
  /** Sessions of the namespace, wherever their clients are. */
  readonly sessions: number;
  readonly watches: number;
  /** Requests that were taken and not answered. */
  readonly outstanding: number;
  readonly znodes: number;
  readonly operations: readonly OperationFigures[];
}
