// One connection with a session: requests go out, and answers are counted off in order.

import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { int, sized } from '../peers/zookeeper-wire.ts';
import { NUMBER } from './operations.ts';

const LENGTH_BYTES = 4;
const NODE_EXISTS = -110;

interface Waiting {
  answers: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export class Session {
  readonly #socket: Socket;
  readonly #waiting: Waiting[] = [];
  #received: Buffer = Buffer.alloc(0);
  #isConnected = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#take(chunk));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('the server closed the connection')));
  }

  static async open(port: number, timeoutMs: number): Promise<Session> {
    const socket = createConnection({ port, host: '127.0.0.1' });
    await once(socket, 'connect');
    const session = new Session(socket);
    const nothing = Buffer.alloc(8);
    const parts = [int(0), nothing, int(timeoutMs), nothing, sized(Buffer.alloc(16)), Buffer.from([0])];
    await session.send(sized(Buffer.concat(parts)), 1);
    return session;
  }

  /** Resolves with the last answer. Several may be on their way. */
  send(bytes: Buffer, answers: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ answers, resolve, reject });
      this.#socket.write(bytes);
    });
  }

  close(): void {
    this.#waiting.length = 0;
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    const bytes = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    let at = 0;
    while (bytes.length - at >= LENGTH_BYTES) {
      const end = at + LENGTH_BYTES + bytes.readInt32BE(at);
      if (bytes.length < end) break;
      this.#receive(bytes, at + LENGTH_BYTES);
      at = end;
    }
    this.#received = bytes.subarray(at);
  }

  #receive(bytes: Buffer, at: number): void {
    const number = bytes.readInt32BE(at);
    // The answer to the connect request has no header, but a version, which is 0.
    const error = this.#isConnected && number === NUMBER ? bytes.readInt32BE(at + 12) : 0;
    this.#isConnected = true;
    const [first] = this.#waiting;
    if (!first) return;
    if (error !== 0 && error !== NODE_EXISTS) this.#fail(new Error(`the server answers with error ${error}`));
    first.answers -= 1;
    if (first.answers > 0) return;
    this.#waiting.shift();
    first.resolve();
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}
