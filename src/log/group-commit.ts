// Group commit: appends that arrive during a write wait, and the next write takes them as one batch. One
// write at a time per log and process keeps each client's own order.

import { assert } from '../assert.ts';
import type { Clock } from '../clock.ts';
import { APPEND_BYTES_MAX, APPEND_RECORDS_MAX, PRODUCERS_PER_BATCH_MAX } from '../limits.ts';
import type { Appender } from './appender.ts';
import type { Share } from './batch.ts';
import type { Intent } from './intent.ts';
import type { Observer, Tracing } from './observer.ts';
import { loadedSharedRefusal } from './on-demand.ts';
import type { Origin } from './origin.ts';
import type { Appended, AppendResult, Failed, WriteResult } from './results.ts';
import type { Expiry, Retention, WriteConditions } from './segment.ts';
import { conditionsOfGroup, sharesOfGroup } from './sharing.ts';
import type { LargeResult } from './upload.ts';

/** An append as its caller asked for it, before it has an id. */
export interface AppendRequest {
  readonly records: readonly Uint8Array[];
  readonly bytes: number;
  /** Its bytes are stored before its entry. It shares its batch with no other. */
  readonly isLarge: boolean;
  readonly end: 'sealed' | 'deleted' | undefined;
  readonly create: Intent['create'];
  readonly contentType: string | undefined;
  readonly expiry?: Expiry | undefined;
  readonly retention?: Retention | undefined;
  readonly origin?: Origin | undefined;
  readonly renewAtMs?: number | undefined;
  readonly conditions: WriteConditions;
}

export interface GroupCommitOptions {
  readonly log: string;
  readonly clock: Clock;
  readonly encode: (records: readonly Uint8Array[], shares: readonly Share[]) => Uint8Array;
  readonly appendLarge: (request: AppendRequest) => Promise<LargeResult>;
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
    const producers = new Set<string>();
    for (const job of this.#waiting) {
      const first = group[0];
      if (job.kind !== 'append' || group.length >= most) break;
      bytes += job.request.bytes;
      records += job.request.records.length;
      if (first && (bytes > APPEND_BYTES_MAX || records > APPEND_RECORDS_MAX)) break;
      if (first && !canShare(first.request, job.request)) break;
      const { producer } = job.request.conditions;
      // One condition is of one request. The next one of the same producer comes with the next write.
      if (producer && (producers.has(producer.id) || producers.size === PRODUCERS_PER_BATCH_MAX)) break;
      if (producer) producers.add(producer.id);
      group.push(job);
    }
    this.#waiting.splice(0, group.length);
    return group;
  }

  async #commit(group: readonly AppendJob[]): Promise<void> {
    if (group[0]?.request.isLarge) return this.#commitLarge(group[0]);
    let left = group;
    for (let [first] = left; first; [first] = left) {
      const result = await this.#writeGroup(first.request, left);
      const alone = await refusedAmong(left, result);
      if (!alone) return settleAll(left, result);
      // The others have not been written. They go again, under a new id and in the same order.
      for (const [index, refused] of alone.entries()) if (refused) left[index]?.settle(refused);
      left = left.filter((_, index) => !alone[index]);
    }
  }

  /** The next write waits until its bytes are tidied up, but the caller does not. */
  async #commitLarge(job: AppendJob): Promise<void> {
    this.#tellOf([job]);
    const append = () => this.#options.appendLarge(job.request);
    const { result, tidy } = await this.#inGroup([job.caller], append).catch((cause: unknown) => ({
      result: failedByBug(cause, false),
      tidy: undefined,
    }));
    job.settle(shareOf(result, 0, job.request.records.length));
    await tidy?.();
  }

  /** Never rejects: after a bug the callers get a failure, and the queue goes on. */
  async #writeGroup(shared: AppendRequest, group: readonly AppendJob[]): Promise<WriteResult> {
    const { end, create, contentType, expiry, retention, origin } = shared;
    const shares = sharesOfGroup(group.map(({ request }) => request));
    const conditions = conditionsOfGroup(shared.conditions, shares);
    let entry: Uint8Array;
    try {
      entry = this.#options.encode(
        group.flatMap((job) => job.request.records),
        shares,
      );
    } catch (cause) {
      return failedByBug(cause, true);
    }
    this.#tellOf(group);
    const callers = group.map((job) => job.caller);
    const update = { entry, end, conditions, renewAtMs: latest(group) };
    const write = () => this.#appender.write({ update, create, contentType, expiry, retention, origin });
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
    !a.isLarge &&
    !b.isLarge &&
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

/** Conditions that one write can have once. */
function standsAlone({ expectedTail, sequence }: WriteConditions): boolean {
  return expectedTail !== undefined || sequence !== undefined;
}

async function refusedAmong(group: readonly AppendJob[], result: WriteResult) {
  if (result.kind !== 'refused' || group.length === 1) return undefined;
  const { refusedAlone } = await loadedSharedRefusal();
  return refusedAlone(
    result,
    group.map(({ request }) => request),
  );
}

function settleAll(group: readonly AppendJob[], result: WriteResult): void {
  let offset = 0;
  for (const { request, settle } of group) {
    settle(shareOf(result, offset, request.records.length));
    offset += request.records.length;
  }
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
