// What the callers of a log may choose.

import type { Clock, Random } from '../clock.ts';
import type { Intent } from './intent.ts';
import type { Observer, Tracing } from './observer.ts';
import type { Origin } from './origin.ts';
import type { Expiry, Retention, WriteConditions } from './segment.ts';

export interface LogOptions {
  readonly clock?: Clock;
  readonly random?: Random;
  /** The cap of segments that this log opens. Default: the store's own `segmentCapBytes`. */
  readonly segmentCapBytes?: number;
  /** How long a write is tried before it fails. Default: 15,000. */
  readonly writeTimeoutMs?: number;
  /** How long a read is tried before it fails. Default: 5,000. */
  readonly readTimeoutMs?: number;
  /** When there was no write for this time, the next one looks for the tail first. Default: 60,000. */
  readonly idleMs?: number;
  /** No segment younger than this is removed. The same in all processes. Default: 3,600,000 (an hour). */
  readonly trimAgeMinMs?: number;
  /**
   * An append with more bytes than this is large: they are stored before its entry, in chunks. Default:
   * 262,144. Processes may differ. A small one makes large appends cheap to test.
   */
  readonly inlineBytesMax?: number;
  /** Bytes of a chunk. Default: 327,680, which is the most. */
  readonly chunkBytes?: number;
  readonly observer?: Observer | undefined;
  readonly tracing?: Tracing | undefined;
}

export interface AppendOptions extends WriteConditions {
  /** Whether to create a log that does not exist. Default: `if-missing`. */
  readonly create?: Intent['create'] | undefined;
  /** Seals the log in the same step: these records are its last. */
  readonly seal?: boolean | undefined;
  /** The content type of the log, if this append creates it. */
  readonly createContentType?: string | undefined;
  readonly createExpiry?: Expiry | undefined;
  readonly createRetention?: Retention | undefined;
  readonly createOrigin?: Origin | undefined;
  /** Bytes of all records. With more the append is refused. Default: 16,777,216, which is the most. */
  readonly bytesMax?: number | undefined;
  /** Moves the expiry to this time in the same step. Only for a log that has one. */
  readonly renewAtMs?: number | undefined;
}

export interface CreateOptions {
  readonly contentType?: string | undefined;
  readonly expiry?: Expiry | undefined;
  readonly retention?: Retention | undefined;
  /** The caller holds its records already. */
  readonly origin?: Origin | undefined;
  /** The first records, appended in the same step. */
  readonly records?: readonly Uint8Array[] | undefined;
  readonly seal?: boolean | undefined;
  /**
   * The incarnation that it begins: the position at which a look has found the log ended, 0 where there was
   * none. Refused with `missing` when another one has begun since.
   */
  readonly incarnation?: number | undefined;
}
