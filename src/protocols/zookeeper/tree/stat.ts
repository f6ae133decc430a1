/** What ZooKeeper tells of a znode beside its data. The zxids are positions of the log. */
export interface Stat {
  /** The position at which the znode was created. */
  readonly czxid: number;
  /** The position of the last change of its data. */
  readonly mzxid: number;
  /** The writer's time of `czxid`, in milliseconds since 1970. */
  readonly ctimeMs: number;
  /** The writer's time of `mzxid`, in milliseconds since 1970. */
  readonly mtimeMs: number;
  /** How often the data was changed. It wraps as a 32-bit number does. */
  readonly version: number;
  /** How often the children were changed. */
  readonly cversion: number;
  /** How often the access control list was changed. */
  readonly aversion: number;
  /** The session with which the znode goes; 0 when it goes with none. */
  readonly ephemeralOwner: bigint;
  readonly dataLength: number;
  readonly numChildren: number;
  /** The position of the last change of its children. */
  readonly pzxid: number;
}
