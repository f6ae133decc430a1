// A client of ZooKeeper servers, as the clients of the field are: one session over many connections, pings
// when idle, another server when this one is silent, and its watches set again there.

import type { ZookeeperServer } from '../../src/protocols/zookeeper/server.ts';
import type { ConnectionRecord, ZookeeperRecord } from '../checker/zookeeper-record.ts';
import { deferred } from '../support/deferred.ts';
import type { Scheduler } from '../support/scheduler.ts';
import type { SeededRandom } from '../support/seeded-random.ts';
import type { SimulatedProcess } from '../support/simulated-process.ts';
import { framed, JuteWriter } from '../support/zookeeper/jute.ts';
import {
  type Connected,
  connectedIn,
  EVENT_XID,
  eventIn,
  replyIn,
  xidOf,
} from '../support/zookeeper/replies.ts';
import { fixedXid, type Request, requestBytes } from '../support/zookeeper/requests.ts';
import { SimulatedLink } from './zookeeper-link.ts';

export interface ClientWorld {
  readonly scheduler: Scheduler;
  readonly random: SeededRandom;
  readonly record: ZookeeperRecord;
  tail(): number;
  /** The greatest zxid that any client was told. */
  told(zxid?: number): number;
  /** Something is wrong. */
  find(fault: string): void;
  /** Something was answered, or ended. */
  answered(): void;
}

interface Session {
  readonly id: string;
  readonly password: string;
  readonly timeoutMs: number;
}

const NO_PASSWORD = '00'.repeat(16);
const LENGTH_BYTES = 4;

/** What a client keeps for the whole of its session. */
export class SimulatedClient {
  readonly name: string;
  /** Of its sessions. */
  readonly timeoutMs: number;
  readonly #world: ClientWorld;
  #session: Session | undefined;
  #lastZxid = 0;
  #connections = 0;
  readonly #watches = {
    data: new Set<string>(),
    exist: new Set<string>(),
    child: new Set<string>(),
    persistent: new Set<string>(),
    recursive: new Set<string>(),
  };
  #link: SimulatedLink | undefined;
  #record: ConnectionRecord | undefined;
  #received = Buffer.alloc(0);
  #outstanding: { readonly xid: number; readonly request: Request }[] = [];
  #xid = 0;
  #heardAtMs = 0;
  #changed = deferred();

  constructor(name: string, timeoutMs: number, world: ClientWorld) {
    this.name = name;
    this.timeoutMs = timeoutMs;
    this.#world = world;
  }

  get isConnected(): boolean {
    return this.#record !== undefined;
  }

  get session(): Session | undefined {
    return this.#session;
  }

  /** Answers whether this client has a session there. */
  async connect(server: ZookeeperServer, process: SimulatedProcess): Promise<boolean> {
    const { scheduler, random } = this.#world;
    this.#received = Buffer.alloc(0);
    this.#outstanding = [];
    this.#heardAtMs = scheduler.nowMs;
    const link = new SimulatedLink({
      scheduler,
      random,
      process,
      server,
      onBytes: (bytes) => this.#link === link && this.#take(bytes),
      onClosed: () => this.#link === link && this.#over(),
    });
    this.#link = link;
    const writer = new JuteWriter().int(0).long(BigInt(this.#lastZxid)).int(this.timeoutMs);
    writer
      .long(BigInt(this.#session?.id ?? 0))
      .sized(Buffer.from(this.#session?.password ?? NO_PASSWORD, 'hex'));
    link.send(framed(writer.bool(false).bytes()));
    await this.#until(() => this.isConnected || this.#link !== link, this.#silenceMaxMs);
    if (!this.isConnected) this.leave();
    return this.isConnected;
  }

  /** All in one piece. */
  send(requests: readonly Request[]): void {
    const { scheduler } = this.#world;
    const frames = requests.map((request) => {
      this.#xid += 1;
      const xid = fixedXid(request) ?? this.#xid;
      this.#outstanding.push({ xid, request });
      this.#record?.sent.push({ request, atMs: scheduler.nowMs, toldBefore: this.#world.told() });
      return framed(requestBytes(xid, request));
    });
    this.#link?.send(Buffer.concat(frames));
  }

  /** Resolves when all is answered, or the connection is over. A server that is silent is left. */
  async answered(): Promise<void> {
    for (;;) {
      const silentMs = this.#world.scheduler.nowMs - this.#heardAtMs;
      const leftMs = this.#silenceMaxMs - silentMs;
      if (this.#outstanding.length === 0 || !this.isConnected) return;
      if (leftMs <= 0) return this.leave();
      await this.#until(() => this.#outstanding.length === 0 || !this.isConnected, leftMs);
    }
  }

  /** Sends nothing but pings for so long. */
  async rest(ms: number): Promise<void> {
    const { scheduler } = this.#world;
    const untilMs = scheduler.nowMs + ms;
    while (this.isConnected && scheduler.nowMs < untilMs) {
      const pingMs = this.timeoutMs / 3;
      await this.#until(() => !this.isConnected, Math.min(pingMs, untilMs - scheduler.nowMs));
      if (!this.isConnected) return;
      this.send([{ op: 'ping' }]);
      await this.answered();
    }
  }

  /** Leaves the connection without a word. The session goes on. */
  leave(): void {
    const link = this.#link;
    this.#over();
    link?.cut();
  }

  /** As a client that was killed, and another one in its place. */
  forget(): void {
    this.leave();
    this.#session = undefined;
    this.#lastZxid = 0;
    for (const paths of Object.values(this.#watches)) paths.clear();
  }

  #over(): void {
    this.#link = undefined;
    this.#record = undefined;
    this.#outstanding = [];
    this.#world.answered();
    this.#wake();
  }

  /** After so long a client goes to another server. */
  get #silenceMaxMs(): number {
    return (this.timeoutMs * 2) / 3;
  }

  #take(bytes: Buffer): void {
    this.#received = Buffer.concat([this.#received, bytes]);
    while (this.#link && this.#received.length >= LENGTH_BYTES) {
      const end = LENGTH_BYTES + this.#received.readInt32BE(0);
      if (this.#received.length < end) break;
      const frame = this.#received.subarray(LENGTH_BYTES, end);
      this.#received = this.#received.subarray(end);
      this.#heardAtMs = this.#world.scheduler.nowMs;
      if (this.isConnected) this.#receive(frame);
      else this.#confirm(connectedIn(frame));
    }
    this.#wake();
  }

  #confirm({ session: id, password, timeoutMs }: Connected): void {
    const { record, scheduler } = this.#world;
    if (timeoutMs === 0) {
      if (this.#session) record.expiries.push({ session: this.#session.id, atMs: scheduler.nowMs });
      this.forget();
      return;
    }
    this.#session = { id, password, timeoutMs };
    this.#connections += 1;
    this.#record = {
      name: `${this.name}, connection ${this.#connections} of ${id}`,
      session: id,
      timeoutMs,
      connectedAtMs: scheduler.nowMs,
      lastZxidSeen: this.#lastZxid,
      sent: [],
      told: [],
    };
    record.connections.push(this.#record);
    this.#setWatchesAgain();
  }

  #setWatchesAgain(): void {
    const lists = Object.values(this.#watches).map((paths) => [...paths]);
    if (lists.every((paths) => paths.length === 0)) return;
    const [data = [], exist = [], child = [], persistent = [], recursive = []] = lists;
    const relativeZxid = this.#lastZxid;
    this.send([{ op: 'set-watches', relativeZxid, data, exist, child, persistent, recursive }]);
  }

  #receive(frame: Buffer): void {
    const atMs = this.#world.scheduler.nowMs;
    const tail = this.#world.tail();
    if (xidOf(frame) === EVENT_XID) {
      const message = eventIn(frame);
      if (message.kind !== 'event') throw new Error('no event');
      this.#record?.told.push({ message, atMs, tail });
      this.#watchesFired(message.type, message.path ?? '');
      return;
    }
    const oldest = this.#outstanding.shift();
    const message = replyIn(frame, oldest?.request);
    if (message.kind !== 'reply' || message.xid !== oldest?.xid) {
      this.#world.find(`${this.name}: a reply to ${xidOf(frame)}, and asked was ${JSON.stringify(oldest)}`);
      this.leave();
      return;
    }
    this.#record?.told.push({ message, atMs, tail });
    this.#lastZxid = Math.max(this.#lastZxid, message.zxid);
    this.#world.told(message.zxid);
    this.#world.answered();
    this.#watchesSet(oldest.request, message.error);
  }

  #watchesSet(request: Request, error: number): void {
    if (!('path' in request) || request.path === null) return;
    const { data, exist, child, persistent, recursive } = this.#watches;
    if (request.op === 'add-watch' && error === 0)
      (request.kind === 0 ? persistent : recursive).add(request.path);
    if (!('watch' in request) || !request.watch) return;
    if (request.op === 'exists') (error === 0 ? data : exist).add(request.path);
    else if (error === 0) (request.op === 'get-data' ? data : child).add(request.path);
  }

  #watchesFired(type: number, path: string): void {
    const { data, exist, child } = this.#watches;
    if (type !== 4) for (const paths of [data, exist]) paths.delete(path);
    if (type === 2 || type === 4) child.delete(path);
  }

  async #until(isSo: () => boolean, ms: number): Promise<void> {
    const { scheduler } = this.#world;
    // Less than this may be too little to change a number that is large.
    const endMs = scheduler.nowMs + Math.max(1, ms);
    while (!isSo() && scheduler.nowMs < endMs) {
      const changed = this.#changed.promise;
      await Promise.race([changed, scheduler.sleep(endMs - scheduler.nowMs)]);
    }
  }

  #wake(): void {
    const changed = this.#changed;
    this.#changed = deferred();
    changed.resolve();
  }
}
