// Group commit: appends that arrive during a write wait, and the next write takes them as one batch. One
// write at a time per log and process keeps each client's own order.

import { assert } from '../assert.ts';
import type { Clock } from '../clock.ts';
import { APPEND_BYTES_MAX, APPEND_RECORDS_MAX } from '../limits.ts';
import type { Appender } from './appender.ts';
import type { Intent } from './intent.ts';
import type { Observer, Tracing } from './observer.ts';
import type { ProducerRequest } from './producers.ts';
import type { Appended, AppendResult, Failed, WriteResult } from './results.ts';
import type { Expiry, WriteConditions } from './segment.ts';

/** An append as its caller asked for it, before it has an id. */
export interface AppendRequest {
  readonly records: readonly Uint8Array[];
  readonly bytes: number;
  readonly end: 'sealed' | 'deleted' | undefined;
  readonly create: Intent['create'];
  readonly contentType: string | undefined;
  readonly expiry?: Expiry | undefined;
  readonly renewAtMs?: number | undefined;
  readonly conditions: WriteConditions;
}

export interface GroupCommitOptions {
  readonly log: string;
  readonly clock: Clock;
  readonly encode: (records: readonly Uint8Array[], producer?: ProducerRequest) => Uint8Array;
  readonly observer?: Observer | undefined;
  readonly tracing?: Tracing | undefined;
}

interface AppendJob {
  readonly kind: 'append';
  readonly request: AppendRequest;
  /** Of `Tracing.caller`. */
  readonly caller: unknown;
  readonly settle: (result: AppendResult) => void;
}

/** Any other write. It waits in the same queue. */
interface OtherJob {
  readonly kind: 'other';
  readonly run: () => Promise<void>;
}

type Job = AppendJob | OtherJob;

export class GroupCommit {
  readonly #appender: Appender;
  readonly #options: GroupCommitOptions;
  #waiting: Job[] = [];
  #draining: Promise<void> | undefined;

  constructor(appender: Appender, options: GroupCommitOptions) {
    this.#appender = appender;
    this.#options = options;
  }

  append(request: AppendRequest): Promise<AppendResult> {
    const caller = this.#options.tracing?.caller();
    return new Promise((settle) => {
      this.#enqueue({ kind: 'append', request, caller, settle });
    });
  }

  /** Makes a write that is not an append. It takes its turn in the queue. */
  write(intent: Intent): Promise<WriteResult> {
    const caller = this.#options.tracing?.caller();
    const write = () => this.#inGroup([caller], () => this.#appender.write(intent));
    return new Promise((resolve, reject) => {
      this.#enqueue({ kind: 'other', run: () => write().then(resolve, reject) });
    });
  }

  /** Resolves when no write is in progress. */
  async idle(): Promise<void> {
    do {
      await this.#draining;
      // The last write may be opening a segment ahead, and other writes may begin meanwhile.
      await this.#appender.idle();
    } while (this.#draining !== undefined);
  }

  #enqueue(job: Job): void {
    this.#waiting.push(job);
    this.#draining ??= this.#drain();
  }

  async #drain(): Promise<void> {
    // Appends that arrive together share a batch, even when no write is in progress. So the release of a lock
    // and the next request for it are often one write.
    await this.#options.clock.sleep(0);
    let most = Number.POSITIVE_INFINITY;
    for (;;) {
      const first = this.#waiting[0];
      if (!first) {
        // No await since the queue was found empty: a job added in between would wait for ever.
        this.#draining = undefined;
        return;
      }
      if (first.kind === 'other') {
        this.#waiting.shift();
        await first.run();
      } else {
        const group = this.#takeGroup(most);
        await this.#commit(group);
        most = evenShare(group.length, this.#waiting.length);
      }
    }
  }

  /** The longest run of appends at the front that fits one batch: at most `most`, rounded up. */
  #takeGroup(most: number): AppendJob[] {
    const group: AppendJob[] = [];
    let bytes = 0;
    let records = 0;
    for (const job of this.#waiting) {
      const first = group[0];
      if (job.kind !== 'append' || group.length >= most) break;
      bytes += job.request.bytes;
      records += job.request.records.length;
      if (first && (bytes > APPEND_BYTES_MAX || records > APPEND_RECORDS_MAX)) break;
      if (first && !canShare(first.request, job.request)) break;
      group.push(job);
    }
    this.#waiting.splice(0, group.length);
    return group;
  }

  async #commit(group: readonly AppendJob[]): Promise<void> {
    const [first] = group;
    if (!first) return;
    const result = await this.#writeGroup(first.request, group);
    let offset = 0;
    for (const { request, settle } of group) {
      settle(shareOf(result, offset, request.records.length));
      offset += request.records.length;
    }
  }

  /** Never rejects: after a bug the callers get a failure, and the queue goes on. */
  async #writeGroup(shared: AppendRequest, group: readonly AppendJob[]): Promise<WriteResult> {
    const { end, create, contentType, expiry, conditions } = shared;
    let entry: Uint8Array;
    try {
      entry = this.#options.encode(
        group.flatMap((job) => job.request.records),
        conditions.producer,
      );
    } catch (cause) {
      return failedByBug(cause, true);
    }
    this.#tellOf(group);
    const callers = group.map((job) => job.caller);
    const update = { entry, end, conditions, renewAtMs: latest(group) };
    const write = () => this.#appender.write({ update, create, contentType, expiry });
    return this.#inGroup(callers, write).catch((cause: unknown) => failedByBug(cause, false));
  }

  /** The queue runs in the context of the append that has started it, and not in that of these callers. */
  #inGroup<T>(callers: readonly unknown[], write: () => Promise<T>): Promise<T> {
    const { tracing } = this.#options;
    return tracing ? tracing.inGroup(callers, write) : write();
  }

  #tellOf(group: readonly AppendJob[]): void {
    const { observer, log } = this.#options;
    if (!observer?.groupFormed) return;
    const records = group.reduce((sum, { request }) => sum + request.records.length, 0);
    observer.groupFormed({ log, appends: group.length, records });
  }
}

/**
 * How many waiting appends the next write takes. Clients acknowledged together return together, so taking the
 * whole queue would soon put all clients into one write, and store and server would wait for each other in
 * turn. Committing half of the clients keeps both busy, with no more writes.
 */
function evenShare(written: number, waiting: number): number {
  return (written + waiting) / 2;
}

/** Two appends share a batch only if neither result shows it. */
function canShare(a: AppendRequest, b: AppendRequest): boolean {
  return (
    a.end === undefined &&
    b.end === undefined &&
    a.create !== 'must-be-new' &&
    a.create === b.create &&
    a.contentType === b.contentType &&
    (a.renewAtMs === undefined) === (b.renewAtMs === undefined) &&
    !standsAlone(a.conditions) &&
    !standsAlone(b.conditions) &&
    a.conditions.fencingToken === b.conditions.fencingToken &&
    a.conditions.incarnation === b.conditions.incarnation
  );
}

/** The time to which the appends of a group move the expiry. */
function latest(group: readonly AppendJob[]): number | undefined {
  const times = group.flatMap(({ request: { renewAtMs } }) => (renewAtMs === undefined ? [] : [renewAtMs]));
  return times.length === 0 ? undefined : Math.max(...times);
}

/** The conditions of one write are of one append. */
function standsAlone({ expectedTail, sequence, producer }: WriteConditions): boolean {
  return expectedTail !== undefined || sequence !== undefined || producer !== undefined;
}

function shareOf(result: WriteResult, offset: number, count: number): AppendResult {
  assert(result.kind !== 'changed', 'an append is no change of metadata');
  if (result.kind !== 'appended') return result;
  const first = result.first + offset;
  return { ...result, first, last: first + count - 1 } satisfies Appended;
}

function failedByBug(cause: unknown, definite: boolean): Failed {
  const message = cause instanceof Error ? cause.message : String(cause);
  return { kind: 'failed', definite, message, cause };
}
