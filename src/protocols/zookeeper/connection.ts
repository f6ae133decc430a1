// One client: bytes in, replies and events out, in one order. It knows no sockets and no clock of its own, so
// that a simulation can run it.

import type { Moment } from '../../clock.ts';
import { type Answer, answerTo } from './answers.ts';
import { authenticated, withIdentity } from './authentication.ts';
import { type ServerTraffic, Traffic } from './figures.ts';
import type { Link } from './link.ts';
import { Output } from './output.ts';
import { type Entry, type Refusal, RequestQueue } from './request-queue.ts';
import { type HeldSession, prove } from './sessions.ts';
import type { Acl, Identity } from './tree/acl.ts';
import type { Command } from './tree/command.ts';
import { ErrorCode } from './tree/error-code.ts';
import { mayRead, ofAddress } from './tree/identities.ts';
import type { CommandResult } from './tree/result.ts';
import type { TreeState } from './tree/state.ts';
import type { Watcher, Watches } from './watches.ts';
import { type ConnectRequest, decodeConnect, PASSWORD_BYTES, writeConnectResponse } from './wire/connect.ts';
import { FrameReader } from './wire/framing.ts';
import type { EventType } from './wire/operation-code.ts';
import { JuteReader, MalformedError } from './wire/reader.ts';
import { writeEvent, writeHeader } from './wire/reply.ts';
import { decodeRequest, type Request } from './wire/request.ts';
import type { JuteWriter } from './wire/writer.ts';
import { commandOf, errorOf, writeBody } from './write-answers.ts';

/** The server, as its connections use it. */
export interface ConnectionHost {
  readonly traffic: ServerTraffic;
  readonly watches: Watches<Connection>;
  readonly state: TreeState;
  /** The zxid of the state. */
  readonly position: number;
  readonly superDigest: string | undefined;
  nowMs(): number;
  moment(): Moment;
  /** Others may have ended the session. */
  isDoubtful(session: HeldSession<Connection>): boolean;
  needsLook(request: Request): boolean;
  /** Creates or attaches the session. `Connection.connected` is called with the outcome. */
  connect(connection: Connection, request: ConnectRequest): void;
  submit(connection: Connection, commands: readonly Command[]): void;
  /** `Connection.looked` is called when the state is as new as the log was during this call. */
  look(connection: Connection): void;
  /** The state is about to be read. */
  refresh(): void;
  /** Calls `Connection.flush` at the end of this turn. */
  flushLater(connection: Connection): void;
  /** Undefined: there is no such word. */
  answerToWord(word: string): string | undefined;
  /** The connection is over. Its session is not. */
  closed(connection: Connection): void;
  /** Something is wrong with a connection, or with this program. */
  report(error: unknown): void;
  warn(message: string): void;
}

/** How many requests of a connection wait at most, and their bytes. The others are left with the client. */
const OUTSTANDING_MAX = 1000;
const OUTSTANDING_BYTES_MAX = 2 * 1024 * 1024;

/**
 * `new`: the first message has not come. `connecting`: the session is on its way. `ending`: nothing more is
 * taken, and the connection is closed when all is answered.
 */
type Stage = 'new' | 'connecting' | 'active' | 'ending' | 'closed';

export class Connection implements Watcher {
  readonly link: Link;
  readonly traffic = new Traffic();
  readonly openedAtMs: number;
  session: HeldSession<Connection> | undefined;
  /** The last request that was answered. */
  last: { readonly operation: string; readonly xid: number; readonly zxid: number; readonly atMs: number };
  readonly #host: ConnectionHost;
  readonly #frames = new FrameReader();
  readonly #queue: RequestQueue;
  readonly #output: Output;
  #identities: readonly Identity[];
  #stage: Stage = 'new';
  #isPaused = false;

  constructor(link: Link, host: ConnectionHost) {
    this.link = link;
    this.#host = host;
    this.openedAtMs = host.nowMs();
    this.last = { operation: 'NA', xid: -1, zxid: -1, atMs: this.openedAtMs };
    this.#identities = [ofAddress(link.address)];
    this.#output = new Output(link, () => host.flushLater(this));
    this.#queue = new RequestQueue({
      needsLook: (request) => host.needsLook(request),
      answer: (entry) => this.#answer(entry),
      submit: (entries) => this.#submit(entries),
      look: () => host.look(this),
    });
  }

  get stage(): Stage {
    return this.#stage;
  }

  /** Requests that were taken and are not answered. */
  get outstanding(): number {
    return this.#queue.length;
  }

  /** Whether a write was submitted whose result is not known. */
  get hasSubmitted(): boolean {
    return this.#queue.hasSubmitted;
  }

  /** Bytes have come. They must not be changed any more. */
  receive(bytes: Buffer): void {
    if (this.#stage === 'closed' || this.#stage === 'ending') return;
    this.#frames.push(bytes);
    this.#proceed();
  }

  /** The client has taken what was sent. */
  drained(): void {
    if (this.#stage !== 'closed') this.#proceed();
  }

  /** The link is closed. */
  closed(): void {
    if (this.#stage === 'closed') return;
    this.#stage = 'closed';
    this.#queue.clear();
    this.#frames.clear();
    this.#output.discard();
    this.#host.closed(this);
  }

  /** Closes the connection at once, so that its client does not wait for answers that will not come. */
  cut(): void {
    if (this.#stage === 'closed') return;
    this.link.cut();
    this.closed();
  }

  /** Takes nothing more, and closes the connection when all is answered. */
  end(): void {
    if (this.#stage === 'closed') return;
    const isConnecting = this.#stage === 'connecting';
    this.#stage = 'ending';
    if (this.#queue.length === 0 && !isConnecting) this.#endNow();
  }

  flush(): void {
    if (this.#stage === 'closed') return;
    this.#output.flush();
    // The link may have taken all of it at once.
    if (this.#isPaused) this.#proceed();
    else this.#setPaused(!this.#takesMore());
  }

  tell(type: EventType, path: string, acl: Acl | undefined): void {
    if (this.#stage === 'closed' || (acl && !mayRead(acl, this.#identities)) || !this.#hasRoom()) return;
    writeEvent(this.#output.writer(), type, path);
    this.#countSent();
  }

  /** The session is this connection's. Undefined: there is no such session for it. */
  connected(
    request: ConnectRequest,
    session: HeldSession<Connection> | undefined,
    password = new Uint8Array(PASSWORD_BYTES),
  ): void {
    if (this.#stage === 'closed') return;
    this.session = session;
    writeConnectResponse(this.#output.writer(), {
      timeoutMs: session?.timeoutMs ?? 0,
      session: session?.id ?? 0n,
      password,
      knowsReadOnly: request.readOnly !== undefined,
    });
    this.#countSent();
    if (!session || this.#stage === 'ending') {
      this.#endNow();
      return;
    }
    this.#stage = 'active';
    this.#proceed();
  }

  /** This server's replica has applied a write of this connection. */
  applied(number: number, result: CommandResult, position: number): void {
    const entry = this.#queue.nextWrite;
    const isAnswer = result.kind === 'written' || result.kind === 'refused' || result.kind === 'done';
    // The session has moved or ended, or a write before this one was lost on its way.
    if (entry?.submitted?.number !== number || !isAnswer || !this.#hasRoom()) {
      this.cut();
      return;
    }
    const { request, submitted } = entry;
    if (this.session) prove(this.session, submitted.sentAt);
    const error = errorOf(request, result);
    const body = (writer: JuteWriter) => writeBody(writer, request, result);
    this.#reply(entry, error, position, error === ErrorCode.ok ? body : undefined);
    if (request.kind === 'close-session') {
      this.#endNow();
      return;
    }
    this.#queue.writeAnswered();
    this.#proceed();
  }

  /** The look is done. */
  looked(): void {
    if (this.#stage === 'closed') return;
    this.#queue.looked();
    this.#proceed();
  }

  #endNow(): void {
    if (this.#stage === 'closed') return;
    this.#output.flush();
    this.link.end();
    this.closed();
  }

  /** Takes what has come, as far as there is room. */
  #proceed(): void {
    try {
      while (this.#takesMore() && this.#takeNext());
      this.#queue.send();
    } catch (error) {
      if (!(error instanceof MalformedError)) this.#host.report(error);
      this.cut();
      return;
    }
    if (this.#stage === 'ending' && this.#queue.length === 0) {
      this.#endNow();
      return;
    }
    this.#setPaused(!this.#takesMore());
  }

  #takesMore(): boolean {
    if (this.#stage !== 'new' && this.#stage !== 'active') return false;
    const { length, bytes } = this.#queue;
    return length < OUTSTANDING_MAX && bytes < OUTSTANDING_BYTES_MAX && !this.#output.isFull;
  }

  #setPaused(isPaused: boolean): void {
    if (this.#stage === 'closed' || this.#isPaused === isPaused) return;
    this.#isPaused = isPaused;
    if (isPaused) this.link.pause();
    else this.link.resume();
  }

  /** Answers whether there was a whole message. */
  #takeNext(): boolean {
    if (this.#stage === 'new' && this.#answerWord()) return false;
    const frame = this.#frames.next();
    if (!frame) return false;
    this.traffic.received += 1;
    this.#host.traffic.received += 1;
    if (this.#stage === 'new') {
      this.#stage = 'connecting';
      this.#host.connect(this, decodeConnect(frame));
    } else {
      this.#take(frame);
    }
    return true;
  }

  /** Instead of the first message, a four-letter word may come. */
  #answerWord(): boolean {
    const word = this.#frames.word();
    const text = word === undefined ? undefined : this.#host.answerToWord(word);
    if (text === undefined) return false;
    this.link.send(Buffer.from(text, 'utf8'));
    this.#endNow();
    return true;
  }

  #take(frame: Buffer): void {
    const reader = new JuteReader(frame);
    const xid = reader.int();
    const type = reader.int();
    const atMs = this.#host.nowMs();
    if (!this.session || this.#host.isDoubtful(this.session)) {
      this.cut();
      return;
    }
    const { request, refusal } = this.#understood(type, reader);
    // As in ZooKeeper, a client that only says who it is, is not heard.
    if (request.kind !== 'auth' && request.kind !== 'sasl') this.session.touchedAtMs = atMs;
    if (refusal?.closes || request.kind === 'close-session') this.#stage = 'ending';
    const entry = { xid, request, refusal, identities: this.#identities, atMs, bytes: frame.length };
    this.#queue.push(entry);
  }

  /** The request, and why it is refused whatever the state is. */
  #understood(type: number, reader: JuteReader): { request: Request; refusal?: Refusal } {
    let request: Request;
    try {
      request = decodeRequest(type, reader);
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      return { request: UNKNOWN, refusal: { error: ErrorCode.marshallingError, closes: false } };
    }
    if (request.kind === 'unknown')
      return { request, refusal: { error: ErrorCode.unimplemented, zxid: -1, closes: true } };
    if (request.kind !== 'auth') return { request };
    const { address } = this.link;
    const { superDigest } = this.#host;
    const shown = authenticated(request.scheme, request.credentials, { address, superDigest });
    if (shown.length === 0)
      return { request, refusal: { error: ErrorCode.authFailed, zxid: 0, closes: true } };
    this.#identities = shown.reduce(withIdentity, this.#identities);
    return { request };
  }

  #submit(entries: readonly Entry[]): void {
    const { session } = this;
    if (!session) return;
    session.renewedAtMs = this.#host.nowMs();
    const sentAt = this.#host.moment();
    const holder = { session: session.id, attachedAt: session.attachedAt };
    const commands = entries.map((entry) => {
      session.writes += 1;
      const number = session.writes;
      entry.submitted = { sentAt, number };
      return commandOf(entry, { holder, number });
    });
    this.#host.submit(this, commands);
  }

  #answer(entry: Entry): void {
    if (!this.#hasRoom()) return;
    const { request, refusal, identities } = entry;
    const { state, position, watches } = this.#host;
    if (refusal) {
      this.#reply(entry, refusal.error, refusal.zxid ?? position);
      return;
    }
    if (request.kind === 'auth') {
      this.#reply(entry, ErrorCode.ok, 0);
      return;
    }
    if (request.kind !== 'ping') this.#host.refresh();
    const session = this.session?.id ?? 0n;
    const answer: Answer = answerTo(request, { state, identities, session, watcher: this, watches });
    const zxid = request.kind === 'sasl' ? 0 : position;
    if (typeof answer === 'number') this.#reply(entry, answer, zxid);
    else if (typeof answer === 'function') this.#reply(entry, ErrorCode.ok, zxid, answer);
    else this.#reply(entry, answer.error, zxid, answer.body);
  }

  #reply(
    { xid, request, atMs }: Entry,
    error: number,
    zxid: number,
    body?: (writer: JuteWriter) => unknown,
  ): void {
    const writer = this.#output.writer();
    const frame = writer.beginFrame();
    writeHeader(writer, xid, zxid, error);
    body?.(writer);
    writer.endFrame(frame);
    this.#countSent();
    const nowMs = this.#host.nowMs();
    this.traffic.latency.add(nowMs - atMs);
    this.#host.traffic.answered(request.kind, nowMs - atMs, error !== ErrorCode.ok);
    this.last = { operation: request.kind, xid, zxid, atMs: nowMs };
  }

  /** A client that does not take what it is sent is cut off. */
  #hasRoom(): boolean {
    if (!this.#output.isBeyondBounds) return true;
    this.#host.warn(
      `ZooKeeper: a client at ${this.link.address} does not take what it is sent; it is cut off`,
    );
    this.cut();
    return false;
  }

  #countSent(): void {
    this.traffic.sent += 1;
    this.#host.traffic.sent += 1;
  }
}

const UNKNOWN: Request = { kind: 'unknown' };
