// What a server does at intervals: one look at all connections and sessions, instead of a timer for each.

import type { Clock } from '../../clock.ts';
import type { Connection } from './connection.ts';
import type { HeldSession, Sessions } from './sessions.ts';
import type { Command } from './tree/command.ts';
import { unusedNodes } from './tree/unused.ts';
import type { TreeLog } from './tree-log.ts';

interface MaintainedServer {
  readonly connections: ReadonlySet<Connection>;
  readonly sessions: Sessions<Connection>;
  readonly watches: { readonly count: number };
  readonly log: TreeLog;
  report(error: unknown): void;
}

export interface MaintenanceOptions {
  readonly clock: Clock;
  readonly tickMs: number;
  readonly unusedEveryMs: number | undefined;
  readonly server: MaintainedServer;
}

/** Looks in one tick of the server. */
const LOOKS_PER_TICK = 6;
const LOOK_EVERY_MS_MAX = 500;
/** A connection whose first message has not come by then is closed. */
const SILENT_MS = 10_000;
const UNUSED_EVERY_MS = 60_000;
/** Sessions in one command. */
const SESSIONS_MAX = 1000;
/** Znodes that one look deletes at most, in commands of so many each. */
const UNUSED_MAX = 10_000;
const UNUSED_PER_COMMAND = 500;

export class Maintenance {
  readonly everyMs: number;
  readonly #options: MaintenanceOptions;
  readonly #end = new AbortController();
  #running: Promise<void> | undefined;
  #unusedAtMs: number;

  constructor(options: MaintenanceOptions) {
    this.#options = options;
    this.everyMs = Math.min(LOOK_EVERY_MS_MAX, options.tickMs / LOOKS_PER_TICK);
    this.#unusedAtMs = options.clock.monotonicMs();
  }

  start(): void {
    this.#running ??= this.#run();
  }

  stop(): void {
    this.#end.abort();
  }

  /** Resolves when no look is on its way. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock, server } = this.#options;
    const { signal } = this.#end;
    let work: Promise<void> | undefined;
    while (!signal.aborted) {
      await clock.sleep(this.everyMs, signal);
      server.sessions.tick();
      // What has arrived by now is heard first: a server that was suspended finds it with the end of its
      // sleep.
      await clock.sleep(0, signal);
      if (signal.aborted) break;
      this.#look();
      // A store that is slow must not make this server believe that it was suspended.
      work ??= this.#work()
        .catch((error: unknown) => server.report(error))
        .finally(() => {
          work = undefined;
        });
    }
    await work;
  }

  /** What needs no store. */
  #look(): void {
    const { server } = this.#options;
    const nowMs = server.sessions.nowMs();
    for (const connection of server.connections) {
      const { stage, session, openedAtMs } = connection;
      const isSilent = stage === 'new' && nowMs - openedAtMs >= SILENT_MS;
      if (isSilent || (session && server.sessions.isDoubtful(session))) connection.cut();
    }
    server.log.follow(server.watches.count > 0);
  }

  async #work(): Promise<void> {
    const { sessions, log } = this.#options.server;
    if (log.isCutOff) {
      if (!(await log.reconnect())) return;
      sessions.restart();
    }
    const renewed = sessions.toRenew();
    if (renewed.length > 0) await sessions.renew(renewed, () => log.propose(renewals(renewed)));
    await this.#expire();
    await this.#deleteUnused();
  }

  async #expire(): Promise<void> {
    const { sessions, log } = this.#options.server;
    let state = log.glance();
    if (!state) return;
    let { here, elsewhere } = sessions.due(state);
    if (elsewhere.length > 0) {
      // Perhaps their servers have renewed them, and this one has not looked.
      if (!(await log.look())) return;
      state = log.glance();
      if (!state) return;
      ({ here, elsewhere } = sessions.due(state));
    }
    const due = [...here, ...elsewhere];
    const commands = chunksOf(due, SESSIONS_MAX).map(
      (some): Command => ({ kind: 'expire-sessions', sessions: some }),
    );
    if (commands.length > 0) await log.propose(commands);
  }

  async #deleteUnused(): Promise<void> {
    const { clock, server, unusedEveryMs = UNUSED_EVERY_MS } = this.#options;
    const { log } = server;
    const nowMs = clock.monotonicMs();
    const state = log.glance();
    if (nowMs - this.#unusedAtMs < unusedEveryMs || !state) return;
    this.#unusedAtMs = nowMs;
    const unused = unusedNodes(state, clock.nowMs(), UNUSED_MAX);
    const commands = chunksOf(unused, UNUSED_PER_COMMAND).map(
      (nodes): Command => ({ kind: 'delete-unused', nodes }),
    );
    if (commands.length > 0) await log.propose(commands);
  }
}

function renewals(sessions: readonly HeldSession<Connection>[]): Command[] {
  const holders = sessions.map(({ id: session, attachedAt }) => ({ session, attachedAt }));
  return chunksOf(holders, SESSIONS_MAX).map((some) => ({ kind: 'renew-sessions', holders: some }));
}

function chunksOf<T>(items: readonly T[], size: number): T[][] {
  const chunks: T[][] = [];
  for (let index = 0; index < items.length; index += size) chunks.push(items.slice(index, index + size));
  return chunks;
}
