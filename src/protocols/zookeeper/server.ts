// A ZooKeeper server on a replica of the znode tree: its connections, their sessions and their watches. It
// keeps nothing that the log does not have, but for what belongs to a connection.

import { type Clock, type Moment, momentOf, type Random } from '../../clock.ts';
import type { ZookeeperFigures } from '../../observability/figures.ts';
import { attach } from './attach.ts';
import { Connection, type ConnectionHost } from './connection.ts';
import { ServerTraffic } from './figures.ts';
import { answerToWord, type WordSettings } from './four-letter-words.ts';
import type { Link } from './link.ts';
import { Maintenance } from './maintenance.ts';
import type { TreeObserver } from './replica.ts';
import { type HeldSession, Sessions } from './sessions.ts';
import type { Command } from './tree/command.ts';
import type { TreeState } from './tree/state.ts';
import { TreeLog, type TreeLogOptions } from './tree-log.ts';
import { Watches } from './watches.ts';
import type { ConnectRequest } from './wire/connect.ts';
import type { Request } from './wire/request.ts';

export interface ServerOptions {
  /** Opens a replica of the namespace; again when its log was deleted. */
  readonly open: TreeLogOptions['open'];
  readonly clock: Clock;
  readonly random: Random;
  /** Time-outs of sessions are from 2 to 20 ticks. Default: 3,000. */
  readonly tickMs?: number | undefined;
  /** Default: `local`, as in ZooKeeper. */
  readonly reads?: 'local' | 'linearizable' | undefined;
  /** Of one address. Default: 0, any number. */
  readonly connectionsPerAddressMax?: number | undefined;
  /** The time between two looks for containers and TTL znodes that are over. Default: 60,000. */
  readonly unusedEveryMs?: number | undefined;
  /** `user:digest` of the user who passes every check. Default: there is none. */
  readonly superDigest?: string | undefined;
  readonly words?: WordSettings | undefined;
  readonly onError?: ((error: unknown) => void) | undefined;
  /** Told what an operator may want to know of a client. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

const TICK_MS = 3000;
const TICKS_MIN = 2;
const TICKS_MAX = 20;
/** The least time between two looks that reads begin. */
const STALE_MS = 1000;
/** How long a shutdown waits for the answers to what was accepted. */
const STOP_MS = 5000;

export class ZookeeperServer implements ConnectionHost {
  readonly traffic = new ServerTraffic();
  readonly watches = new Watches<Connection>();
  readonly sessions: Sessions<Connection>;
  readonly log: TreeLog;
  readonly tickMs: number;
  readonly #options: ServerOptions;
  readonly #connections = new Set<Connection>();
  readonly #perAddress = new Map<string, number>();
  readonly #maintenance: Maintenance;
  /** Connections that have something to send. */
  #unflushed: Connection[] = [];
  /** When the state was known to be new. */
  #freshAtMs = Number.NEGATIVE_INFINITY;
  #isStopping = false;
  #onEmpty: (() => void) | undefined;

  constructor(options: ServerOptions) {
    const { clock, unusedEveryMs, tickMs = TICK_MS } = options;
    this.#options = options;
    this.tickMs = tickMs;
    this.#maintenance = new Maintenance({ clock, tickMs, unusedEveryMs, server: this });
    this.sessions = new Sessions(clock, this.#maintenance.everyMs);
    const observer: TreeObserver = {
      applied: (applied) => this.#guarded(() => this.#applied(applied)),
      adopted: (_position, state) => this.#guarded(() => this.#adopted(state)),
    };
    this.log = new TreeLog({
      open: options.open,
      observer,
      onStop: () => this.#stopped(),
      onError: (error) => this.report(error),
    });
  }

  get sessionTimeoutsMs() {
    return { least: TICKS_MIN * this.tickMs, most: TICKS_MAX * this.tickMs };
  }

  get superDigest(): string | undefined {
    return this.#options.superDigest;
  }

  get connections(): ReadonlySet<Connection> {
    return this.#connections;
  }

  get state(): TreeState {
    const state = this.log.glance();
    if (!state) throw new Error('no state is loaded');
    return state;
  }

  get position(): number {
    return this.log.replica.position;
  }

  /** Loads the state. From now on sessions end in time. @throws StoreError, ReplicaStoppedError */
  async start(): Promise<void> {
    await this.log.load();
    this.#maintenance.start();
  }

  /** Undefined: there are too many connections, and the link was cut. */
  accept(link: Link): Connection | undefined {
    const { connectionsPerAddressMax: most = 0 } = this.#options;
    const others = this.#perAddress.get(link.address) ?? 0;
    const isOneTooMany = most > 0 && others >= most;
    if (this.#isStopping || isOneTooMany) {
      if (isOneTooMany)
        this.warn(`ZooKeeper: ${link.address} has ${most} connections; another one is refused`);
      link.cut();
      return undefined;
    }
    const connection = new Connection(link, this);
    this.#connections.add(connection);
    this.#perAddress.set(link.address, others + 1);
    return connection;
  }

  /**
   * Answers what was accepted, and closes the connections. Their sessions go on, and their clients go to
   * other servers with them.
   */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#maintenance.stop();
    for (const connection of [...this.#connections]) connection.end();
    if (this.#connections.size > 0) {
      const empty = new AbortController();
      this.#onEmpty = () => empty.abort();
      await this.#options.clock.sleep(STOP_MS, empty.signal);
    }
    this.#cutAll();
    this.log.follow(false);
    await this.#maintenance.idle();
    await this.log.replica.idle();
  }

  nowMs(): number {
    return this.sessions.nowMs();
  }

  moment(): Moment {
    return momentOf(this.#options.clock);
  }

  wallMsOf(atMs: number): number {
    return this.#options.clock.nowMs() - (this.nowMs() - atMs);
  }

  glance(): TreeState | undefined {
    return this.log.glance();
  }

  report(error: unknown): void {
    this.#options.onError?.(error);
  }

  warn(message: string): void {
    this.#options.onWarning?.(message);
  }

  figures(): ZookeeperFigures {
    const state = this.glance();
    let outstanding = 0;
    for (const connection of this.#connections) outstanding += connection.outstanding;
    return {
      connections: this.#connections.size,
      sessions: state?.sessions.size ?? 0,
      watches: this.watches.count,
      outstanding,
      znodes: state?.nodeCount ?? 0,
      operations: this.traffic.operations,
    };
  }

  // What connections ask for.

  needsLook({ kind }: Request): boolean {
    if (kind === 'sync') return true;
    return this.#options.reads === 'linearizable' && READS.has(kind);
  }

  isDoubtful(session: HeldSession<Connection>): boolean {
    return this.sessions.isDoubtful(session);
  }

  connect(connection: Connection, request: ConnectRequest): void {
    this.#attach(connection, request).catch((error: unknown) => {
      connection.cut();
      this.log.failed(error);
    });
  }

  submit(connection: Connection, commands: readonly Command[]): void {
    // Perhaps it has happened: the client must find out by itself. A definite failure looks alike.
    this.log.send(commands, () => connection.cut());
  }

  look(connection: Connection): void {
    void this.log.look().then((isNew) => (isNew ? connection.looked() : connection.cut()));
  }

  /**
   * A state that is read must not be older and older. What other servers write this one learns by its own
   * writes and looks, and while it follows the log. Otherwise reads begin a look, once a second, while there
   * are sessions of other servers. Where there are none, nobody else writes.
   */
  refresh(): void {
    if (this.log.isFollowed || this.state.sessions.size <= this.sessions.count) return;
    const nowMs = this.nowMs();
    if (nowMs - this.#freshAtMs < STALE_MS) return;
    this.#freshAtMs = nowMs;
    void this.log.look();
  }

  flushLater(connection: Connection): void {
    if (this.#unflushed.push(connection) === 1) queueMicrotask(() => this.#flush());
  }

  answerToWord(word: string): string | undefined {
    return answerToWord(word, this, this.#options.words);
  }

  closed(connection: Connection): void {
    if (!this.#connections.delete(connection)) return;
    this.watches.removeAll(connection);
    const { address } = connection.link;
    const others = (this.#perAddress.get(address) ?? 1) - 1;
    if (others > 0) this.#perAddress.set(address, others);
    else this.#perAddress.delete(address);
    if (connection.session?.connection === connection) connection.session.connection = undefined;
    if (this.#connections.size === 0) this.#onEmpty?.();
  }

  async #attach(connection: Connection, request: ConnectRequest): Promise<void> {
    const { clock, random } = this.#options;
    const timeoutsMs = this.sessionTimeoutsMs;
    const attached = await attach(this.log.replica, request, { clock, random, timeoutsMs });
    if (attached.kind === 'failed') {
      connection.cut();
    } else if (attached.kind === 'expired') {
      connection.connected(request, undefined);
    } else {
      const isOpen = connection.stage !== 'closed';
      const held = this.sessions.hold({ ...attached, connection: isOpen ? connection : undefined });
      connection.connected(request, held, attached.password);
    }
  }

  // What the log says.

  /** First everybody learns of the change, then the client that has made it has its answer. */
  #applied({ position, command, result, changes }: Parameters<TreeObserver['applied']>[0]): void {
    const own = this.#senderOf(command);
    for (const change of changes) {
      if (change.kind === 'session-attached') this.#attachedAnew(change.session, change.attachedAt);
      else if (change.kind === 'session-ended') this.#ended(change.session, own);
      else this.watches.tell(change);
    }
    if (own && 'number' in command) own.applied(command.number, result, position);
    this.#freshAtMs = this.nowMs();
  }

  /** The connection of this server that has sent the command. */
  #senderOf(command: Command): Connection | undefined {
    if (command.kind !== 'write' && command.kind !== 'close-session') return undefined;
    const { session, attachedAt } = command.holder;
    const held = this.sessions.get(session);
    return held?.attachedAt === attachedAt ? held.connection : undefined;
  }

  #attachedAnew(session: bigint, attachedAt: number): void {
    const held = this.sessions.get(session);
    if (!held || held.attachedAt === attachedAt) return;
    this.sessions.forget(session);
    held.connection?.cut();
  }

  #ended(session: bigint, own: Connection | undefined): void {
    const connection = this.sessions.get(session)?.connection;
    this.sessions.forget(session);
    // A client that has closed its session has its answer first.
    if (connection !== own) connection?.cut();
  }

  /** Nobody knows what was changed on the way to this state, nor which writes were applied. */
  #adopted(state: TreeState): void {
    const watchers = this.watches.watchers();
    for (const connection of [...this.#connections])
      if (connection.hasSubmitted || watchers.has(connection)) connection.cut();
    for (const held of this.sessions.lost(state)) {
      this.sessions.forget(held.id);
      held.connection?.cut();
    }
  }

  #guarded(run: () => void): void {
    try {
      run();
    } catch (error) {
      // A bug. Clients that connect anew have their answers from the state itself.
      this.report(error);
      this.#cutAll();
    }
  }

  #stopped(): void {
    this.#cutAll();
    this.sessions.forgetAll();
  }

  #cutAll(): void {
    for (const connection of [...this.#connections]) connection.cut();
  }

  #flush(): void {
    const connections = this.#unflushed;
    this.#unflushed = [];
    for (const connection of connections) connection.flush();
    if (this.watches.count > 0) this.log.follow(true);
  }
}

/** What a client reads of the tree. */
const READS: ReadonlySet<Request['kind']> = new Set([
  'exists',
  'get-data',
  'get-children',
  'get-acl',
  'get-ephemerals',
  'count-descendants',
  'multi-read',
]);
