// A session of ZooKeeper with the few requests that its lock recipe needs. The clients on npm are abandoned
// or need a compiler; these are its messages as `zookeeper.jute` defines them.

import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { int, sized } from '../peers/zookeeper-wire.ts';

const CREATE = 1;
const DELETE = 2;
const EXISTS = 3;
const SET_DATA = 5;
const GET_CHILDREN = 8;
const EPHEMERAL_SEQUENTIAL = 3;
const ALL_PERMISSIONS = 31;
const SESSION_TIMEOUT_MS = 30_000;
/** The number under which events of watches come. */
const EVENT = -1;
const NO_NODE = -101;
const NODE_EXISTS = -110;

interface Reply {
  readonly error: number;
  readonly body: Buffer;
}

export class ZooKeeperSession {
  readonly #socket: Socket;
  readonly #replies = new Map<number, (reply: Reply) => void>();
  readonly #watches = new Map<string, () => void>();
  #received: Buffer = Buffer.alloc(0);
  #opened: (() => void) | undefined;
  #number = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#take(chunk));
    socket.on('error', () => undefined);
  }

  static async open(port: number): Promise<ZooKeeperSession> {
    const socket = createConnection({ port, host: '127.0.0.1' });
    await once(socket, 'connect');
    const session = new ZooKeeperSession(socket);
    const opened = new Promise<void>((resolve) => {
      session.#opened = resolve;
    });
    const nothing = Buffer.alloc(8);
    const parts = [
      int(0),
      nothing,
      int(SESSION_TIMEOUT_MS),
      nothing,
      sized(Buffer.alloc(16)),
      Buffer.from([0]),
    ];
    socket.write(sized(Buffer.concat(parts)));
    await opened;
    return session;
  }

  /** Creates a node that stays, if it is not there. */
  async create(path: string): Promise<void> {
    await this.#create(path, 0, [NODE_EXISTS]);
  }

  /** Creates a node that goes with the session; answers its name, which ends in a number. */
  async createSequential(path: string): Promise<string> {
    const { body } = await this.#create(path, EPHEMERAL_SEQUENTIAL, []);
    return textIn(body, 0).text;
  }

  async delete(path: string): Promise<void> {
    await this.#ask(DELETE, [sized(path), int(-1)], []);
  }

  async set(path: string, data: string): Promise<void> {
    await this.#ask(SET_DATA, [sized(path), sized(data), int(-1)], []);
  }

  async children(path: string): Promise<string[]> {
    const { body } = await this.#ask(GET_CHILDREN, [sized(path), Buffer.from([0])], []);
    const names: string[] = [];
    let at = 4;
    for (let count = body.readInt32BE(0); count > 0; count -= 1) {
      const { text, next } = textIn(body, at);
      names.push(text);
      at = next;
    }
    return names;
  }

  /** Answers when the node changes or goes; at once when it is not there. */
  async changeOf(path: string): Promise<void> {
    const changed = new Promise<void>((resolve) => {
      this.#watches.set(path, resolve);
    });
    const { error } = await this.#ask(EXISTS, [sized(path), Buffer.from([1])], [NO_NODE]);
    if (error === NO_NODE) this.#watches.delete(path);
    else await changed;
  }

  close(): void {
    this.#socket.destroy();
  }

  #create(path: string, flags: number, allowed: readonly number[]): Promise<Reply> {
    const everybody = [int(1), int(ALL_PERMISSIONS), sized('world'), sized('anyone')];
    return this.#ask(CREATE, [sized(path), sized(''), ...everybody, int(flags)], allowed);
  }

  async #ask(type: number, parts: readonly Buffer[], allowed: readonly number[]): Promise<Reply> {
    this.#number += 1;
    const number = this.#number;
    const replied = new Promise<Reply>((resolve) => {
      this.#replies.set(number, resolve);
    });
    this.#socket.write(sized(Buffer.concat([int(number), int(type), ...parts])));
    const reply = await replied;
    if (reply.error !== 0 && !allowed.includes(reply.error)) {
      throw new Error(`ZooKeeper answers request ${type} with error ${reply.error}`);
    }
    return reply;
  }

  #take(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    while (this.#received.length >= 4) {
      const end = 4 + this.#received.readInt32BE(0);
      if (this.#received.length < end) return;
      this.#receive(this.#received.subarray(4, end));
      this.#received = this.#received.subarray(end);
    }
  }

  #receive(message: Buffer): void {
    if (this.#opened) {
      this.#opened();
      this.#opened = undefined;
      return;
    }
    const number = message.readInt32BE(0);
    if (number === EVENT) {
      // After the header: the kind of the event, the state of the session, the path.
      const { text: path } = textIn(message, 16 + 8);
      this.#watches.get(path)?.();
      this.#watches.delete(path);
      return;
    }
    this.#replies.get(number)?.({ error: message.readInt32BE(12), body: Buffer.from(message.subarray(16)) });
    this.#replies.delete(number);
  }
}

function textIn(bytes: Buffer, at: number): { text: string; next: number } {
  const next = at + 4 + bytes.readInt32BE(at);
  return { text: bytes.toString('utf8', at + 4, next), next };
}
