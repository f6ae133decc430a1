import type { ByteString } from '../../../encoding/byte-string.ts';

/** Never changed: a renewal makes another one. */
export interface Session {
  readonly id: bigint;
  readonly password: ByteString;
  readonly timeoutMs: number;
  /** The position of the command that created the session or attached it last. */
  readonly attachedAt: number;
  /** The number of the last command of its connection; 0 before the first. */
  readonly writes: number;
  /** The position of the last command that renewed it. */
  readonly renewedAt: number;
  /** The writer's time of that command, in milliseconds since 1970. */
  readonly renewedAtMs: number;
}
