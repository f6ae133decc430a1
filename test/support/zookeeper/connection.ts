// A connection to a server of ZooKeeper that shows every message in the order of arrival.

import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { framed, JuteWriter } from './jute.ts';
import { type Connected, connectedIn, EVENT_XID, eventIn, type Message, replyIn, xidOf } from './replies.ts';
import { fixedXid, type Request, requestBytes } from './requests.ts';

export interface ConnectRequest {
  readonly timeoutMs: number;
  readonly lastZxidSeen?: number;
  /** A session to attach, as its `Connected` names it. */
  readonly session?: string;
  /** In hexadecimal digits. */
  readonly password?: string;
  /** Undefined: left out, as old clients do. */
  readonly readOnly?: boolean | undefined;
}

const NO_PASSWORD = '00'.repeat(16);
const LENGTH_BYTES = 4;
/** No server takes so long, on however busy a machine. */
const SILENCE_MAX_MS = 4_000;

export class RawConnection {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #messages: Message[] = [];
  #outstanding: { xid: number; request: Request }[] = [];
  #xid = 0;
  #awaitsConnected = false;
  #connected: Connected | undefined;
  #lastError: number | undefined;
  #isClosed = false;
  #isDropped = false;
  #isSilent = false;
  #changed: (() => void)[] = [];

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#take(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => this.#close());
  }

  /** A connection on which nothing is sent yet. */
  static async open(port: number): Promise<RawConnection> {
    const socket = createConnection({ port, host: '127.0.0.1' });
    await once(socket, 'connect');
    return new RawConnection(socket);
  }

  /** Has a session once this resolves. @throws Error when the server does not give one. */
  static async start(port: number, timeoutMs = 30_000): Promise<RawConnection> {
    const connection = await RawConnection.open(port);
    const connected = await connection.connect({ timeoutMs });
    if (connected === undefined || connected.timeoutMs === 0) throw new Error('no session');
    connection.take();
    return connection;
  }

  /** What the server has said of the session. */
  get connected(): Connected | undefined {
    return this.#connected;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Of the last reply. */
  get lastError(): number | undefined {
    return this.#lastError;
  }

  /** How many requests were not answered yet. */
  get outstanding(): number {
    return this.#outstanding.length;
  }

  /** Undefined: closed without an answer. */
  async connect(request: ConnectRequest): Promise<Connected | undefined> {
    this.#awaitsConnected = true;
    const { timeoutMs, lastZxidSeen = 0, session = '0x0', password = NO_PASSWORD, readOnly } = request;
    const writer = new JuteWriter().int(0).long(BigInt(lastZxidSeen)).int(timeoutMs).long(BigInt(session));
    writer.sized(Buffer.from(password, 'hex'));
    if (readOnly !== undefined) writer.bool(readOnly);
    this.#socket.write(framed(writer.bytes()));
    await this.until(() => this.#connected !== undefined);
    return this.#connected;
  }

  /** All in one piece. */
  send(requests: readonly Request[]): void {
    const frames = requests.map((request) => {
      const fixed = fixedXid(request);
      if (fixed === undefined) this.#xid += 1;
      const xid = fixed ?? this.#xid;
      this.#outstanding.push({ xid, request });
      return framed(requestBytes(xid, request));
    });
    this.#socket.write(Buffer.concat(frames));
  }

  /** Bytes that need not be a message. */
  write(bytes: Buffer): void {
    this.#socket.write(bytes);
  }

  /**
   * Resolves when all requests are answered, or the server has closed the connection.
   *
   * @throws Error when neither comes
   */
  async answered(): Promise<void> {
    const timer = setTimeout(() => {
      this.#isSilent = true;
      this.#wake();
    }, SILENCE_MAX_MS);
    await this.until(() => this.#outstanding.length === 0 || this.#isSilent);
    clearTimeout(timer);
    const [first] = this.#outstanding;
    if (first && this.#isSilent) throw new Error(`no answer to ${JSON.stringify(first)}`);
  }

  /** Sends one request and answers its reply. @throws Error when the connection is closed instead. */
  async ask(request: Request): Promise<Extract<Message, { kind: 'reply' }>> {
    this.send([request]);
    await this.answered();
    const reply = this.take().findLast((message) => message.kind === 'reply');
    if (!reply || this.#outstanding.length > 0) throw new Error(`closed at ${JSON.stringify(request)}`);
    return reply;
  }

  /** Resolves when `isSo`, which is asked at every message, or when the connection is closed. */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo() && !this.#isClosed) {
      await new Promise<void>((resolve) => this.#changed.push(resolve));
    }
  }

  /** Every message since the last call, in order. */
  take(): Message[] {
    const messages = this.#messages;
    this.#messages = [];
    return messages;
  }

  /** Ends the connection without a word, as a process that is killed does. */
  drop(): void {
    this.#isDropped = true;
    this.#socket.destroy();
  }

  pause(): void {
    this.#socket.pause();
  }

  #take(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    while (this.#received.length >= LENGTH_BYTES) {
      const end = LENGTH_BYTES + this.#received.readInt32BE(0);
      if (end < LENGTH_BYTES) throw new Error(`a message of ${end - LENGTH_BYTES} bytes`);
      if (this.#received.length < end) break;
      this.#receive(this.#received.subarray(LENGTH_BYTES, end));
      this.#received = this.#received.subarray(end);
    }
    this.#wake();
  }

  #receive(frame: Buffer): void {
    if (this.#awaitsConnected) {
      this.#awaitsConnected = false;
      this.#connected = connectedIn(frame);
      this.#messages.push(this.#connected);
      return;
    }
    const xid = xidOf(frame);
    const index = xid === EVENT_XID ? -1 : this.#outstanding.findIndex((one) => one.xid === xid);
    const [asked] = index < 0 ? [] : this.#outstanding.splice(index, 1);
    try {
      const message = xid === EVENT_XID ? eventIn(frame) : replyIn(frame, asked?.request);
      if (message.kind === 'reply') this.#lastError = message.error;
      this.#messages.push(message);
    } catch (error) {
      this.#messages.push({ kind: 'garbled', fault: String(error), frame: frame.toString('hex') });
    }
  }

  #close(): void {
    this.#isClosed = true;
    if (!this.#isDropped) this.#messages.push({ kind: 'closed' });
    this.#wake();
  }

  #wake(): void {
    const changed = this.#changed;
    this.#changed = [];
    for (const resolve of changed) resolve();
  }
}
