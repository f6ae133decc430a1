// The replicas of namespaces that run other state machines than the kernel, for protocols whose data has
// rules of its own. There is one for each namespace, and it is maintained as the others are.

import { type Clock, systemClock } from '../clock.ts';
import { Log } from '../log/log.ts';
import type { Observer, Tracing } from '../log/observer.ts';
import type { StateObserver } from '../replica/applier.ts';
import { maintainNamespace } from '../replica/maintenance.ts';
import { Replica } from '../replica/replica.ts';
import { namespaceLogName } from '../resource-names.ts';
import type { StateMachine } from '../state-machine/state-machine.ts';
import type { Service } from './service.ts';

export interface ReplicasOptions {
  readonly clock?: Clock | undefined;
  readonly observer?: Observer | undefined;
  readonly tracing?: Tracing | undefined;
  /** Told of errors that no operation answers with, and of their logs. */
  readonly onError?: ((error: unknown, where: { readonly log: string }) => void) | undefined;
}

/** What all replicas have, whatever they replay. */
type AnyReplica = Pick<Replica<unknown, unknown, unknown, unknown>, 'idle'> & {
  readonly log: Log;
  readonly maintain: () => Promise<unknown>;
};

export class Replicas {
  readonly #service: Service;
  readonly #options: ReplicasOptions;
  readonly #open = new Map<string, AnyReplica>();

  constructor(service: Service, options: ReplicasOptions = {}) {
    this.#service = service;
    this.#options = options;
  }

  /**
   * Opens the namespace, anew when its log was deleted. Nothing is created before the first command.
   *
   * @param commandBytesMax as of `ReplicaOptions`
   */
  open<State, Command, Result, Change>(
    machine: StateMachine<State, Command, Result, Change>,
    namespace: string,
    stateObserver: StateObserver<State, Command, Result, Change>,
    commandBytesMax?: number,
  ): Replica<State, Command, Result, Change> {
    const { store, namespaces } = this.#service;
    const { clock = systemClock, observer, tracing, onError } = this.#options;
    const log = new Log(store, namespaceLogName(namespace), { clock, observer, tracing });
    const options = {
      clock,
      observer,
      commandBytesMax,
      onError: (error: unknown) => onError?.(error, { log: log.name }),
      onCreate: (when: 'before' | 'after') => namespaces.add(namespace, when),
    };
    const replica = new Replica(machine, store, log, options, stateObserver);
    this.#open.set(namespace, {
      log,
      idle: () => replica.idle(),
      maintain: () => maintainNamespace(store, replica, { clock }),
    });
    return replica;
  }

  /** As `Service.maintain`, for these. */
  async maintain(): Promise<void> {
    for (const { log, maintain } of this.#open.values())
      await maintain().catch((error: unknown) => this.#options.onError?.(error, { log: log.name }));
  }

  /** Resolves when no call to the store is on its way. */
  async idle(): Promise<void> {
    for (const replica of this.#open.values()) await replica.idle();
  }
}
