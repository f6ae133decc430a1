// A client whose link is in memory: it shows every message in the order of arrival.

import type { Connection } from '../../../src/protocols/zookeeper/connection.ts';
import type { Link } from '../../../src/protocols/zookeeper/link.ts';
import type { SimulatedProcess } from '../../support/simulated-process.ts';
import type { ConnectRequest } from '../../support/zookeeper/connection.ts';
import { framed, JuteWriter } from '../../support/zookeeper/jute.ts';
import {
  type Connected,
  connectedIn,
  EVENT_XID,
  eventIn,
  type Json,
  type Message,
  replyIn,
  xidOf,
} from '../../support/zookeeper/replies.ts';
import { fixedXid, type Request, requestBytes } from '../../support/zookeeper/requests.ts';

const LENGTH_BYTES = 4;
const NO_PASSWORD = '00'.repeat(16);

export class LinkedClient {
  readonly link: Link;
  /** The session, once the server has told it. */
  session: Connected | undefined;
  /** Bytes as they came, for what is no message. */
  raw = Buffer.alloc(0);
  isClosed = false;
  isPaused = false;
  /** A client that takes nothing: what is sent stays on the link. */
  isStuck = false;
  /** What comes is kept in `raw` alone. */
  isRaw = false;
  sends = 0;
  readonly #process: SimulatedProcess;
  #pending: Buffer[] = [];
  #received = Buffer.alloc(0);
  #messages: Message[] = [];
  #asked: { xid: number; request: Request }[] = [];
  #xid = 0;
  #connection: Connection | undefined;

  constructor(address = '127.0.0.1', port = 1, process: SimulatedProcess) {
    this.#process = process;
    const close = () => {
      this.isClosed = true;
    };
    const pendingBytes = () => this.#pending.reduce((sum, bytes) => sum + bytes.length, 0);
    this.link = {
      address,
      port,
      get pendingBytes() {
        return pendingBytes();
      },
      send: (bytes) => this.#send(bytes),
      pause: () => {
        this.isPaused = true;
      },
      resume: () => {
        this.isPaused = false;
      },
      end: close,
      cut: close,
    };
  }

  accepted(connection: Connection | undefined): void {
    this.#connection = connection;
  }

  connect(request: ConnectRequest): void {
    const { timeoutMs, lastZxidSeen = 0, session = '0x0', password = NO_PASSWORD, readOnly } = request;
    const writer = new JuteWriter().int(0).long(BigInt(lastZxidSeen)).int(timeoutMs).long(BigInt(session));
    writer.sized(Buffer.from(password, 'hex'));
    if (readOnly !== undefined) writer.bool(readOnly);
    this.write(framed(writer.bytes()));
  }

  /** All in one piece. */
  send(...requests: Request[]): void {
    const frames = requests.map((request) => {
      const fixed = fixedXid(request);
      if (fixed === undefined) this.#xid += 1;
      const xid = fixed ?? this.#xid;
      this.#asked.push({ xid, request });
      return framed(requestBytes(xid, request));
    });
    this.write(Buffer.concat(frames));
  }

  /** The server's process sees them when it runs. */
  write(bytes: Buffer): void {
    this.#process.schedule(0, () => this.#connection?.receive(bytes));
  }

  /** The client goes away without a word. */
  drop(): void {
    this.isClosed = true;
    this.#connection?.closed();
  }

  /** The client takes all that was sent. */
  drain(): void {
    this.isStuck = false;
    for (const bytes of this.#pending.splice(0)) this.#arrive(bytes);
    this.#connection?.drained();
  }

  get outstanding(): number {
    return this.#asked.length;
  }

  /** Every message since the last call. */
  take(): Message[] {
    const messages = this.#messages;
    this.#messages = [];
    return messages;
  }

  /** The same in short: the body of a reply or its error, and events as `type path`. */
  told(): Json[] {
    return this.take().map((message) => {
      if (message.kind === 'event') return `event ${message.type} ${message.path}`;
      if (message.kind !== 'reply') return message.kind;
      return message.error === 0 ? (message.body ?? message.of) : message.error;
    });
  }

  get messages(): readonly Message[] {
    return this.#messages;
  }

  #send(bytes: Buffer): void {
    this.sends += 1;
    if (this.isStuck) this.#pending.push(bytes);
    else this.#arrive(bytes);
  }

  #arrive(bytes: Buffer): void {
    this.raw = Buffer.concat([this.raw, bytes]);
    if (this.isRaw) return;
    this.#received = Buffer.concat([this.#received, bytes]);
    while (this.#received.length >= LENGTH_BYTES) {
      const end = LENGTH_BYTES + this.#received.readInt32BE(0);
      if (this.#received.length < end) return;
      this.#receive(this.#received.subarray(LENGTH_BYTES, end));
      this.#received = this.#received.subarray(end);
    }
  }

  #receive(frame: Buffer): void {
    if (!this.session) {
      this.session = connectedIn(frame);
      this.#messages.push(this.session);
      return;
    }
    const xid = xidOf(frame);
    if (xid === EVENT_XID) {
      this.#messages.push(eventIn(frame));
      return;
    }
    const [asked] = this.#asked.splice(0, 1);
    if (asked?.xid !== xid) throw new Error(`a reply to ${xid}, and ${asked?.xid} is the oldest request`);
    this.#messages.push(replyIn(frame, asked.request));
  }
}
