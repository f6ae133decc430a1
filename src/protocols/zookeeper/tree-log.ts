// The replica of a server: commands on their way to the log, looks at its end, and whether the store can be
// reached. A replica that has stopped is replaced when its log was deleted.

import { ReplicaStoppedError } from '../../replica/applier.ts';
import type { TreeObserver, TreeReplica } from './replica.ts';
import { submissionsOf } from './submissions.ts';
import type { Command } from './tree/command.ts';
import type { TreeState } from './tree/state.ts';

export interface TreeLogOptions {
  readonly open: (observer: TreeObserver) => TreeReplica;
  readonly observer: TreeObserver;
  /** The replica has stopped: nothing that was on its way is answered. */
  readonly onStop: () => void;
  readonly onError: (error: unknown) => void;
}

export class TreeLog {
  readonly #options: TreeLogOptions;
  #replica: TreeReplica;
  #isCutOff = false;
  #unfollow: (() => void) | undefined;

  constructor(options: TreeLogOptions) {
    this.#options = options;
    this.#replica = options.open(options.observer);
  }

  get replica(): TreeReplica {
    return this.#replica;
  }

  /** Whether the store could not be reached since the last `reconnect` that has succeeded. */
  get isCutOff(): boolean {
    return this.#isCutOff;
  }

  get isFollowed(): boolean {
    return this.#unfollow !== undefined;
  }

  /** The state, if one is loaded. */
  glance(): TreeState | undefined {
    return this.#replica.glance((state) => state);
  }

  /** Loads the state. @throws StoreError, ReplicaStoppedError */
  async load(): Promise<void> {
    const read = await this.#replica.read(() => undefined, { consistency: 'local' });
    if (read.kind === 'failed') throw new Error(read.message);
  }

  /** Sends commands on their way, in order. `onFailure`: some of them may not have been applied. */
  send(commands: readonly Command[], onFailure: () => void): void {
    for (const some of submissionsOf(commands)) {
      this.#replica.submitAll(some).then(
        (submitted) => {
          if (submitted.kind === 'done') return;
          if (!submitted.tooLarge) this.#isCutOff = true;
          onFailure();
        },
        (error: unknown) => {
          onFailure();
          this.failed(error);
        },
      );
    }
  }

  /** Submits commands of this server's own. Answers whether all were applied. */
  async propose(commands: readonly Command[]): Promise<boolean> {
    try {
      for (const some of submissionsOf(commands)) {
        const submitted = await this.#replica.submitAll(some);
        if (submitted.kind === 'done') continue;
        this.#isCutOff = true;
        return false;
      }
      return true;
    } catch (error) {
      this.failed(error);
      return false;
    }
  }

  /** Brings the state up to date: as new as the log was during this call. Answers whether it is. */
  async look(): Promise<boolean> {
    try {
      const { kind } = await this.#replica.read(() => undefined);
      if (kind !== 'read') this.#isCutOff = true;
      return kind === 'read';
    } catch (error) {
      this.failed(error);
      return false;
    }
  }

  /** Answers whether the store can be reached. */
  async reconnect(): Promise<boolean> {
    this.#isCutOff = false;
    return (await this.look()) && !this.#isCutOff;
  }

  /** Keeps the state up to date, or no longer. */
  follow(follows: boolean): void {
    if (follows) {
      this.#unfollow ??= this.#replica.follow();
    } else {
      this.#unfollow?.();
      this.#unfollow = undefined;
    }
  }

  /** What a replica has thrown. */
  failed(error: unknown): void {
    const { onStop, onError, open, observer } = this.#options;
    if (!(error instanceof ReplicaStoppedError)) {
      onError(error);
      return;
    }
    onStop();
    if (this.#replica.logIsGone) {
      this.follow(false);
      this.#replica = open(observer);
    } else {
      onError(error);
    }
  }
}
