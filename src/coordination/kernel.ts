// The kernel of a namespace, as the recipes use it: a replica whose leases end in time.

import type { ReadOptions } from '../api/common.ts';
import { OrdinalError } from '../api/error.ts';
import { assert } from '../assert.ts';
import { type Clock, elapsedMs, momentOf, systemClock } from '../clock.ts';
import { APPEND_BYTES_MAX } from '../limits.ts';
import { StoreError } from '../log/store.ts';
import { ReplicaStoppedError } from '../replica/applier.ts';
import type { Replica } from '../replica/replica.ts';
import type { StateReadResult, SubmitAllResult, SubmitResult } from '../replica/results.ts';
import { faultIn } from '../state-machine/kernel/check-command.ts';
import type { Command, Expire } from '../state-machine/kernel/command.ts';
import { encodeCommand } from '../state-machine/kernel/command-codec.ts';
import type { Change } from '../state-machine/kernel/entry.ts';
import { fingerprintOf } from '../state-machine/kernel/fingerprint.ts';
import type { CommandResult } from '../state-machine/kernel/result.ts';
import type { KernelState } from '../state-machine/kernel/state.ts';
import { LeaseExpiry } from './lease-expiry.ts';
import { type MustWait, Waits } from './waits.ts';

export type KernelReplica = Replica<KernelState, Command, CommandResult, Change>;

/** The request is against the limits. Nothing was sent. */
export interface InvalidRequest {
  readonly kind: 'invalid';
  readonly reason: string;
  /** The command is larger than an append may be. */
  readonly tooLarge?: true;
}

export interface KernelOptions {
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
  /** How much the clocks of two writers may differ, in milliseconds. Default: 5,000. */
  readonly clockSkewMaxMs?: number | undefined;
  /**
   * A new replica of the namespace, for when its log was deleted. Default: none, and the kernel ends with its
   * log.
   */
  readonly reopen?: (() => KernelReplica) | undefined;
}

/** An observed value. Its version tells whether the value has changed, and costs less. */
export interface Look<T> {
  version(state: KernelState): string;
  value(state: KernelState): T;
}

export interface Observed<T> {
  readonly version: string;
  readonly value: T;
}

export class Kernel {
  readonly expiry: LeaseExpiry;
  readonly #clock: Clock;
  readonly #open: KernelOptions['reopen'];
  #replica: KernelReplica;
  #waits: Waits;
  /** The background work of replicas whose logs were deleted. */
  #ending: Promise<unknown> = Promise.resolve();
  #expiring: Promise<void> | undefined;

  constructor(replica: KernelReplica, { clock = systemClock, clockSkewMaxMs, reopen }: KernelOptions = {}) {
    this.#clock = clock;
    this.#open = reopen;
    this.#replica = replica;
    this.expiry = new LeaseExpiry({ clock, clockSkewMaxMs });
    this.#waits = this.#newWaits();
  }

  /** Another one after the namespace was deleted. */
  get replica(): KernelReplica {
    return this.#replica;
  }

  /** How many requests and observers wait for a change. */
  get waiting(): number {
    return this.#waits.count;
  }

  /** How many watches are open. */
  get watchers(): number {
    // All waits together are one follower.
    return this.replica.followers - (this.#waits.isRunning ? 1 : 0);
  }

  /**
   * Submits the command, if it is within the limits, behind the end of the leases that are due. So acquiring
   * the lock of a holder that has vanished is one round trip.
   *
   * @param first the end of leases that this command depends on
   * @throws ReplicaStoppedError
   */
  async transact(command: Command, first?: Expire): Promise<SubmitResult<CommandResult> | InvalidRequest> {
    const reason = faultIn(command);
    if (reason !== undefined) return { kind: 'invalid', reason };
    const expire = first ?? this.replica.glance((state) => this.expiry.proposal(state));
    const submitted = await this.#carryOut((replica) => submitBehind(replica, expire, command));
    this.expiry.observe(this.replica.position);
    if (submitted.kind === 'failed' && submitted.tooLarge)
      return { kind: 'invalid', reason: submitted.message, tooLarge: true };
    if (submitted.kind === 'failed') return this.#remembered(command) ?? submitted;
    const result = submitted.results.at(-1);
    assert(result, 'each command has a result');
    return { kind: 'done', position: submitted.position, result };
  }

  /** @throws ReplicaStoppedError */
  async read<T>(look: (state: KernelState) => T, options?: ReadOptions): Promise<StateReadResult<T>> {
    const read = await this.#carryOut((replica) => replica.read(look, options));
    this.expiry.observe(this.replica.position);
    return read;
  }

  /** Answers `look` from the state of this process, which may be old; undefined before a state is loaded. */
  glance<T>(look: (state: KernelState) => T): T | undefined {
    return this.replica.glance(look);
  }

  /**
   * Answers `look` with the position of the state, once `mustWait` does not hold of it or `waitMs` is over.
   * `mustWait` is asked again whenever the state has changed. Meanwhile leases end in time, even if no other
   * process is there. A command must have been submitted before.
   *
   * @throws ReplicaStoppedError
   */
  async settle<T extends object>(
    look: (state: KernelState) => T,
    mustWait: MustWait,
    waitMs: number,
    signal?: AbortSignal,
  ): Promise<T & { readonly position: number }> {
    const begun = momentOf(this.#clock);
    for (;;) {
      await this.#until(mustWait, waitMs - elapsedMs(this.#clock, begun), signal);
      const value = this.glance(look);
      if (value !== undefined) return { ...value, position: this.replica.position };
      // The namespace was deleted, and is opened anew.
      await this.#load();
    }
  }

  /**
   * Yields `look` of the present state, and again after every change of its version. Of several changes in
   * quick succession only the last may be shown.
   *
   * @throws OrdinalError, ReplicaStoppedError
   */
  async *observe<T>(
    { version, value }: Look<T>,
    signal?: AbortSignal,
  ): AsyncGenerator<Observed<T>, void, undefined> {
    const look = (state: KernelState) => ({ version: version(state), value: value(state) });
    const read = await this.read(look);
    if (read.kind === 'failed') throw new OrdinalError('unavailable', read.message);
    assert(read.kind === 'read', 'a read that waits for no position reaches it');
    let shown = read.value;
    yield shown;
    while (!signal?.aborted) {
      const isShown = (state: KernelState) => version(state) === shown.version;
      await this.#until(isShown, Number.POSITIVE_INFINITY, signal);
      if (this.glance(() => true) === undefined) await this.#load();
      const seen = this.glance((state) => (isShown(state) ? undefined : look(state)));
      if (!seen) continue;
      shown = seen;
      yield shown;
    }
  }

  /** Waits for work in the background. */
  async idle(): Promise<void> {
    await this.#ending;
    await this.#replica.idle();
  }

  /** Ends the leases that are due. Cheap when there are none. @throws StoreError, ReplicaStoppedError */
  expireDue(): Promise<void> {
    this.#expiring ??= this.#expireDue().finally(() => {
      this.#expiring = undefined;
    });
    return this.#expiring;
  }

  async #expireDue(): Promise<void> {
    this.expiry.observe(this.replica.position);
    const seen = this.glance((state) => this.#due(state));
    if (seen !== undefined) await this.sweepLeases();
  }

  /**
   * Ends the leases that are due as of the tail of the log, which it looks at. Answers how many it has ended.
   *
   * @throws StoreError, ReplicaStoppedError
   */
  async sweepLeases(): Promise<number> {
    let ended = 0;
    for (;;) {
      // Perhaps the leases were renewed. A look costs a fifth of a write.
      const look = await this.read((state) => this.#due(state));
      if (look.kind === 'failed') throw new StoreError(look.message, { definite: true, retryable: true });
      if (look.kind !== 'read' || !look.value) return ended;
      const submitted = await this.replica.submit(look.value);
      if (submitted.kind === 'failed') {
        const { message, definite } = submitted;
        throw new StoreError(message, { definite, retryable: true });
      }
      if (submitted.result.kind === 'expired') ended += submitted.result.leases.length;
    }
  }

  #due(state: KernelState): Expire | undefined {
    return this.expiry.proposalFor(state.leases.values());
  }

  /** As `Waits.until`; also resolves when the namespace is deleted and can be opened anew. */
  async #until(mustWait: MustWait, waitMs: number, signal: AbortSignal | undefined): Promise<void> {
    const replica = this.#replica;
    try {
      await this.#waits.until(mustWait, waitMs, signal);
    } catch (error) {
      if (!(error instanceof ReplicaStoppedError) || !this.#reopen(replica)) throw error;
    }
  }

  /** @throws StoreError, ReplicaStoppedError */
  async #load(): Promise<void> {
    const read = await this.read(() => undefined);
    if (read.kind === 'failed') throw new StoreError(read.message, { definite: true, retryable: true });
  }

  /**
   * Answers `use` of the replica. If the log was deleted, and so nothing was done, answers `use` of a new
   * replica: as if it had come a moment later.
   */
  async #carryOut<T extends StateReadResult<unknown> | SubmitAllResult<unknown>>(
    use: (replica: KernelReplica) => Promise<T>,
  ): Promise<T> {
    const replica = this.#replica;
    try {
      const answer = await use(replica);
      const isUndone = answer.kind === 'failed' && answer.definite;
      if (!isUndone || !this.#reopen(replica)) return answer;
    } catch (error) {
      // A replica throws it before it sends anything.
      if (!(error instanceof ReplicaStoppedError) || !this.#reopen(replica)) throw error;
    }
    return use(this.#replica);
  }

  /** Whether there is another replica now than this one, whose log was deleted. */
  #reopen(gone: KernelReplica): boolean {
    if (!gone.logIsGone || !this.#open) return false;
    if (this.#replica === gone) {
      this.#ending = Promise.all([this.#ending, gone.idle()]);
      this.#replica = this.#open();
      this.#waits = this.#newWaits();
    }
    return true;
  }

  #newWaits(): Waits {
    const { expiry } = this;
    const expireDue = () => this.expireDue();
    return new Waits({ replica: this.#replica, expiry, clock: this.#clock, expireDue });
  }

  /**
   * The remembered result of this very command. Its own answer may be lost when the state has jumped to a
   * snapshot.
   */
  #remembered(command: Command): SubmitResult<CommandResult> | undefined {
    if (command.kind !== 'transaction' || command.requestId === undefined) return undefined;
    const { requestId } = command;
    const request = this.glance((state) => state.requests.get(requestId));
    if (request?.fingerprint !== fingerprintOf(encodeCommand(command))) return undefined;
    return { kind: 'done', position: request.result.position, result: request.result };
  }
}

/** Submits both in one append, unless together they are too large for one. */
async function submitBehind(
  replica: KernelReplica,
  expire: Expire | undefined,
  command: Command,
): Promise<SubmitAllResult<CommandResult>> {
  if (!expire) return replica.submitAll([command]);
  const bytes = encodeCommand(expire).length + encodeCommand(command).length;
  if (bytes <= APPEND_BYTES_MAX) return replica.submitAll([expire, command]);
  await replica.submit(expire);
  return replica.submitAll([command]);
}
