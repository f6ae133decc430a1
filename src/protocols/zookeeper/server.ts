// A ZooKeeper server on a replica of the znode tree: its connections, their sessions and their watches. It
// keeps nothing that the log does not have, but for what belongs to a connection.

import type { Clock, Random } from '../../clock.ts';
import { ReplicaStoppedError, type StateObserver } from '../../replica/applier.ts';
import type { Replica } from '../../replica/replica.ts';
import { Connection, type ConnectionHost } from './connection.ts';
import { ServerTraffic } from './figures.ts';
import { answerToWord, type WordSettings } from './four-letter-words.ts';
import type { Link } from './link.ts';
import { Maintenance } from './maintenance.ts';
import { Sessions } from './sessions.ts';
import { submissionsOf } from './submissions.ts';
import type { Command } from './tree/command.ts';
import type { Change, CommandResult } from './tree/result.ts';
import { sessionOf } from './tree/sessions.ts';
import type { TreeState } from './tree/state.ts';
import { Watches } from './watches.ts';
import { type ConnectRequest, PASSWORD_BYTES } from './wire/connect.ts';
import type { Request } from './wire/request.ts';

export type TreeReplica = Replica<TreeState, Command, CommandResult, Change>;
export type TreeObserver = StateObserver<TreeState, Command, CommandResult, Change>;

export interface ServerOptions {
  /** Opens a replica of the namespace; again when its log was deleted. */
  readonly open: (observer: TreeObserver) => TreeReplica;
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
  readonly words?: WordSettings | undefined;
  readonly onError?: ((error: unknown) => void) | undefined;
}

const TICK_MS = 3000;
const TICKS_MIN = 2;
const TICKS_MAX = 20;
/** So much older than the log may a state be that a read is answered from, while the store answers. */
const STALE_MS = 1000;
/** How long a shutdown waits for the answers to what was accepted. */
const STOP_MS = 5000;

export class ZookeeperServer implements ConnectionHost {
  readonly traffic = new ServerTraffic();
  readonly watches = new Watches<Connection>();
  readonly tickMs: number;
  readonly #options: ServerOptions;
  readonly #sessions: Sessions<Connection>;
  readonly #connections = new Set<Connection>();
  readonly #perAddress = new Map<string, number>();
  readonly #maintenance: Maintenance;
  #replica: TreeReplica;
  /** Connections that have something to send. */
  #unflushed: Connection[] = [];
  /** When the state was known to be new. */
  #freshAtMs = Number.NEGATIVE_INFINITY;
  #unfollow: (() => void) | undefined;
  #isStopping = false;
  #onEmpty: (() => void) | undefined;

  constructor(options: ServerOptions) {
    this.#options = options;
    const { clock } = options;
    this.tickMs = options.tickMs ?? TICK_MS;
    this.#maintenance = new Maintenance({
      clock,
      tickMs: this.tickMs,
      unusedEveryMs: options.unusedEveryMs,
      server: this,
    });
    this.#sessions = new Sessions(clock, this.#maintenance.everyMs);
    this.#replica = this.#open();
  }

  get sessionTimeoutsMs() {
    return { least: TICKS_MIN * this.tickMs, most: TICKS_MAX * this.tickMs };
  }

  get replica(): TreeReplica {
    return this.#replica;
  }

  get sessions(): Sessions<Connection> {
    return this.#sessions;
  }

  get connections(): ReadonlySet<Connection> {
    return this.#connections;
  }

  get state(): TreeState {
    const state = this.#replica.glance((loaded) => loaded);
    if (!state) throw new Error('no state is loaded');
    return state;
  }

  get position(): number {
    return this.#replica.position;
  }

  /** Loads the state. Afterwards sessions end in time. @throws StoreError, ReplicaStoppedError */
  async start(): Promise<void> {
    const read = await this.#replica.read(() => undefined, { consistency: 'local' });
    if (read.kind === 'failed') throw new Error(read.message);
    this.#maintenance.start();
  }

  accept(link: Link): Connection | undefined {
    const { connectionsPerAddressMax: most = 0 } = this.#options;
    const others = this.#perAddress.get(link.address) ?? 0;
    if (this.#isStopping || (most > 0 && others >= most)) {
      link.cut();
      return undefined;
    }
    const connection = new Connection(link, this);
    this.#connections.add(connection);
    this.#perAddress.set(link.address, others + 1);
    return connection;
  }

  /**
   * Answers what was accepted, and closes the connections. Their sessions go on, and their clients go to other
   * servers with them.
   */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#maintenance.stop();
    for (const connection of this.#connections) connection.end();
    if (this.#connections.size > 0) {
      const empty = new AbortController();
      this.#onEmpty = () => empty.abort();
      await this.#options.clock.sleep(STOP_MS, empty.signal);
    }
    this.#cutAll();
    this.#follow(false);
    await this.#maintenance.idle();
    await this.#replica.idle();
  }

  // What connections use.

  nowMs(): number {
    return this.#sessions.nowMs();
  }

  wallMsOf(atMs: number): number {
    return this.#options.clock.nowMs() - (this.nowMs() - atMs);
  }

  needsLook({ kind }: Request): boolean {
    if (kind === 'sync') return true;
    return this.#options.reads === 'linearizable' && READS.has(kind);
  }

  connect(connection: Connection, request: ConnectRequest): void {
    this.#connect(connection, request).catch((error: unknown) => this.#broken(connection, error));
  }

  submit(connection: Connection, commands: readonly Command[]): void {
    const replica = this.#replica;
    for (const some of submissionsOf(commands)) {
      replica.submitAll(some).then(
        // Perhaps it has happened: the client must find out by itself. A definite failure looks alike.
        (submitted) => submitted.kind === 'failed' && connection.cut(),
        (error: unknown) => this.#broken(connection, error),
      );
    }
  }

  look(connection: Connection): void {
    this.#replica
      .read(() => undefined)
      .then(
        (read) => (read.kind === 'read' ? connection.looked() : connection.cut()),
        (error: unknown) => this.#broken(connection, error),
      );
  }

  /**
   * A state that is read must not be older and older. What other servers write this one learns by its own
   * writes and looks, while it follows the log, and otherwise by a look beside the reads, one a second.
   */
  refresh(): void {
    if (this.#unfollow) return;
    const nowMs = this.nowMs();
    if (nowMs - this.#freshAtMs < STALE_MS) return;
    this.#freshAtMs = nowMs;
    this.#replica.read(() => undefined).catch((error: unknown) => this.#stopped(error));
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

  report(error: unknown): void {
    this.#options.onError?.(error);
  }

  // What maintenance uses.

  /** Follows the log while somebody watches. */
  followWatches(): void {
    this.#follow(this.watches.count > 0);
  }

  /** Submits commands of this server's own. What fails is tried again by the next look. */
  async propose(commands: readonly Command[]): Promise<void> {
    try {
      for (const some of submissionsOf(commands)) await this.#replica.submitAll(some);
    } catch (error) {
      this.#stopped(error);
    }
  }

  /** Brings the state up to date. Answers whether it is. */
  async refreshed(): Promise<boolean> {
    try {
      return (await this.#replica.read(() => undefined)).kind === 'read';
    } catch (error) {
      this.#stopped(error);
      return false;
    }
  }

  /** The state, if one is loaded. */
  glance(): TreeState | undefined {
    return this.#replica.glance((state) => state);
  }

  // The log.

  #open(): TreeReplica {
    return this.#options.open({
      applied: (applied) => this.#guarded(() => this.#applied(applied)),
      adopted: (_position, state) => this.#guarded(() => this.#adopted(state)),
    });
  }

  /** First everybody learns of the change, then the client that has made it has its answer. */
  #applied({ position, command, result, changes }: Parameters<TreeObserver['applied']>[0]): void {
    const own = this.#senderOf(command);
    for (const change of changes) {
      if (change.kind === 'session-attached') this.#attached(change.session, change.attachedAt);
      else if (change.kind === 'session-ended') this.#ended(change.session, own);
      else this.watches.tell(change);
    }
    own?.applied(command, result, position);
    this.#freshAtMs = this.nowMs();
  }

  /** The connection of this server that has sent the command. */
  #senderOf(command: Command): Connection | undefined {
    if (command.kind !== 'write' && command.kind !== 'close-session') return undefined;
    const { session, attachedAt } = command.holder;
    const held = this.#sessions.get(session);
    return held?.attachedAt === attachedAt ? held.connection : undefined;
  }

  #attached(session: bigint, attachedAt: number): void {
    const held = this.#sessions.get(session);
    if (!held || held.attachedAt === attachedAt) return;
    this.#sessions.forget(session);
    held.connection?.cut();
  }

  #ended(session: bigint, own: Connection | undefined): void {
    const held = this.#sessions.get(session);
    this.#sessions.forget(session);
    // A client that has closed its session has its answer first.
    if (held?.connection !== own) held?.connection?.cut();
  }

  /** Nobody knows what was changed on the way to this state, nor which writes were applied. */
  #adopted(state: TreeState): void {
    const watchers = this.watches.watchers();
    for (const connection of this.#connections)
      if (connection.hasSubmitted || watchers.has(connection)) connection.cut();
    for (const held of this.#sessions.lost(state)) {
      this.#sessions.forget(held.id);
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

  // Sessions.

  async #connect(connection: Connection, request: ConnectRequest): Promise<void> {
    const after = request.lastZxidSeen;
    const seen = await this.#replica.read(() => undefined, { consistency: 'local', after });
    // What the client has seen is not here: it must not go back in time.
    if (seen.kind !== 'read') return connection.cut();
    const { least, most } = this.sessionTimeoutsMs;
    const timeoutMs = Math.min(most, Math.max(least, request.timeoutMs));
    const attached = await (request.session === 0n
      ? this.#createSession(timeoutMs)
      : this.#attachSession(request, timeoutMs));
    if (attached === 'failed') return connection.cut();
    if (attached === 'expired') return connection.connected(request, undefined);
    const { id, attachedAt, password } = attached;
    // It has moved on since.
    if (this.glance() === undefined || sessionOf(this.state, id)?.attachedAt !== attachedAt)
      return connection.cut();
    const nowMs = this.nowMs();
    const isOpen = connection.stage !== 'closed';
    const held = {
      id,
      attachedAt,
      timeoutMs,
      touchedAtMs: nowMs,
      renewedAtMs: nowMs,
      connection: isOpen ? connection : undefined,
    };
    this.#sessions.hold(held);
    connection.connected(request, held, password);
  }

  async #createSession(timeoutMs: number): Promise<Attached | 'failed'> {
    for (;;) {
      const id = this.#newSessionId();
      const password = this.#options.random.bytes(PASSWORD_BYTES);
      const submitted = await this.#replica.submit({
        kind: 'create-session',
        session: id,
        password,
        timeoutMs,
      });
      if (submitted.kind === 'failed') return 'failed';
      if (submitted.result.kind === 'session')
        return { id, attachedAt: submitted.position, password: new Uint8Array(password) };
    }
  }

  async #attachSession(
    { session: id, password }: ConnectRequest,
    timeoutMs: number,
  ): Promise<Attached | 'failed' | 'expired'> {
    const submitted = await this.#replica.submit({
      kind: 'attach-session',
      session: id,
      password,
      timeoutMs,
    });
    if (submitted.kind === 'failed') return 'failed';
    if (submitted.result.kind !== 'session') return 'expired';
    return { id, attachedAt: submitted.position, password: new Uint8Array(password) };
  }

  /** Above 0, and none of the numbers by which ZooKeeper marks containers and times to live. */
  #newSessionId(): bigint {
    const bytes = Buffer.from(this.#options.random.bytes(8));
    bytes[0] = 1 + ((bytes[0] ?? 0) % 0x7e);
    return bytes.readBigInt64BE(0);
  }

  #broken(connection: Connection, error: unknown): void {
    connection.cut();
    this.#stopped(error);
  }

  /** A replica that has stopped answers nothing any more. Of a log that was deleted a new one is opened. */
  #stopped(error: unknown): void {
    if (!(error instanceof ReplicaStoppedError)) return this.report(error);
    this.#cutAll();
    if (!this.#replica.logIsGone) return this.report(error);
    this.#follow(false);
    for (const held of [...this.#sessions.values()]) this.#sessions.forget(held.id);
    this.#replica = this.#open();
  }

  #cutAll(): void {
    for (const connection of [...this.#connections]) connection.cut();
  }

  #flush(): void {
    const connections = this.#unflushed;
    this.#unflushed = [];
    for (const connection of connections) connection.flush();
    if (this.watches.count > 0) this.#follow(true);
  }

  #follow(follows: boolean): void {
    if (follows) this.#unfollow ??= this.#replica.follow();
    else {
      this.#unfollow?.();
      this.#unfollow = undefined;
    }
  }
}

interface Attached {
  readonly id: bigint;
  readonly attachedAt: number;
  readonly password: Uint8Array<ArrayBuffer>;
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
