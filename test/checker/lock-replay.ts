// What the log of a namespace says of its locks and leases: every queue at every position, and the life of
// every lease. Read from the stored keys by a kernel of its own, without the recipe that wrote them.

import { ofText, toText } from '../../src/encoding/byte-string.ts';
import type { Command } from '../../src/state-machine/kernel/command.ts';
import { kernel } from '../../src/state-machine/kernel/kernel.ts';
import { prefixRange } from '../../src/state-machine/kernel/range.ts';
import type { KernelState } from '../../src/state-machine/kernel/state.ts';

/** A record, and the true time at which the store took it. */
export interface TimedRecord {
  readonly timeMs: number;
  readonly appendedAtMs: number;
  readonly data: Uint8Array;
}

export interface QueuedPlace {
  readonly lease: string;
  readonly token: number;
  /** How many places are the head. */
  readonly holders: number;
}

/** A position, and the true time of its record. */
export interface Point {
  readonly position: number;
  readonly atMs: number;
}

/** From its grant to its end. A lease that ended may be granted again: that is another life. */
export interface LeaseLife {
  readonly lease: string;
  readonly ttlMs: number;
  /** The grant and every renewal, in order. */
  readonly renewals: Point[];
  /** Undefined while it lives. */
  end: (Point & { readonly by: Command['kind'] }) | undefined;
}

interface QueueAt extends Point {
  readonly queue: readonly QueuedPlace[];
}

const QUEUE_PREFIX = 'lock/queue/';

export class LockReplay {
  readonly #queues = new Map<string, QueueAt[]>();
  readonly #lives = new Map<string, LeaseLife[]>();
  readonly state = kernel.empty();

  /** @param records the log of the namespace, from its beginning */
  constructor(records: readonly TimedRecord[]) {
    for (const [index, { timeMs, appendedAtMs, data }] of records.entries()) {
      if (data.length === 0) continue;
      const point = { position: index + 1, atMs: appendedAtMs };
      const command = kernel.decodeCommand(data);
      const { changes } = kernel.apply(this.state, { position: point.position, timeMs }, command);
      const keys = changes.map(({ key }) => toText(key)).filter((key) => key.startsWith(QUEUE_PREFIX));
      const names = new Set(keys.map((key) => key.slice(QUEUE_PREFIX.length, key.indexOf('\0'))));
      for (const name of names) this.#noteQueue(name, point);
      this.#noteLeases(point, command.kind);
    }
  }

  get locks(): readonly string[] {
    return [...this.#queues.keys()];
  }

  /** Every queue that the lock has had, in order. */
  queues(lock: string): readonly QueueAt[] {
    return this.#queues.get(lock) ?? [];
  }

  /** The queue of the lock after the command at `position`. */
  queueAt(lock: string, position: number): readonly QueuedPlace[] {
    return this.queues(lock).findLast((one) => one.position <= position)?.queue ?? [];
  }

  /** The life of the lease after the command at `position`, if it lives then. */
  lifeAt(lease: string, position: number): LeaseLife | undefined {
    return this.livesOf(lease).find(
      ({ renewals: [granted], end }) =>
        granted && granted.position <= position && position < (end?.position ?? Number.POSITIVE_INFINITY),
    );
  }

  livesOf(lease: string): readonly LeaseLife[] {
    return this.#lives.get(lease) ?? [];
  }

  get lives(): readonly LeaseLife[] {
    return [...this.#lives.values()].flat();
  }

  #noteQueue(name: string, point: Point): void {
    const all = this.#queues.get(name) ?? [];
    all.push({ ...point, queue: queueOf(this.state, name) });
    this.#queues.set(name, all);
  }

  #noteLeases(point: Point, by: Command['kind']): void {
    for (const { id, ttlMs, renewedAt } of this.state.leases.values()) {
      if (renewedAt !== point.position) continue;
      const lives = this.#lives.get(id) ?? [];
      const living = lives.find(({ end }) => end === undefined);
      if (living) living.renewals.push(point);
      else lives.push({ lease: id, ttlMs, renewals: [point], end: undefined });
      this.#lives.set(id, lives);
    }
    for (const lives of this.#lives.values()) {
      const last = lives.at(-1);
      if (last && !last.end && !this.state.lease(last.lease)) last.end = { ...point, by };
    }
  }
}

function queueOf(state: KernelState, name: string): QueuedPlace[] {
  const range = prefixRange(ofText(`${QUEUE_PREFIX}${name}\0`));
  return [...state.entriesIn(range)].map(({ key, value, lease }) => ({
    lease,
    token: Number(toText(key).slice(toText(key).indexOf('\0') + 1)),
    holders: Number(toText(value)),
  }));
}

/** Those of the queue that hold the lock. */
export function headsOf(queue: readonly QueuedPlace[]): readonly QueuedPlace[] {
  return queue.slice(0, queue[0]?.holders ?? 1);
}
