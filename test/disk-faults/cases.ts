// What is tried on the faulty disk, and what is seen there.

export interface Fault {
  /** 1: writes; 2: syncs. */
  readonly call: 1 | 2;
  /** 1: the database; 2: the write-ahead log. */
  readonly file: 1 | 2;
  /** So many calls succeed first. */
  readonly skip: number;
  /** Whether all that follow the first failure fail, too. */
  readonly sticky: boolean;
  readonly errno: number;
  /** Bytes that are written before the failure; -1: all, and it is reported as failed all the same. */
  readonly partial: number;
}

export interface Case {
  readonly fault: Fault;
  readonly recordBytes: number;
  /** How many are made while the fault is there. */
  readonly appends: number;
}

export interface Seen {
  /** Text → `appended <position>`, `definite` or `indefinite`. */
  readonly told: Readonly<Record<string, string>>;
  /** The texts that a kill at the end of the fault would have left, in order. */
  readonly afterKill: readonly string[];
  readonly atEnd: readonly string[];
  /** What is wrong with either database. */
  readonly faults: readonly string[];
}
