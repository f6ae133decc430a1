// One client: one socket, one request on its way at a time.

import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import type { Wire } from './wire.ts';

export class SocketClient {
  readonly #socket: Socket;
  readonly #wire: Wire;
  #received: Buffer = Buffer.alloc(0);
  #expected = 0;
  #settle: { resolve: () => void; reject: (error: Error) => void } | undefined;

  private constructor(socket: Socket, wire: Wire) {
    this.#socket = socket;
    this.#wire = wire;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#take(chunk));
    socket.on('error', (error) => this.#settle?.reject(error));
    socket.on('close', () => this.#settle?.reject(new Error('the server closed the connection')));
  }

  static async connect(port: number, wire: Wire, client: number): Promise<SocketClient> {
    const socket = createConnection({ port, host: '127.0.0.1' });
    await once(socket, 'connect');
    const connected = new SocketClient(socket, wire);
    for (const bytes of wire.prepare(client)) await connected.#send(bytes, 1);
    return connected;
  }

  send(bytes: Buffer): Promise<void> {
    return this.#send(bytes, this.#wire.answers);
  }

  close(): void {
    this.#socket.destroy();
  }

  #send(bytes: Buffer, answers: number): Promise<void> {
    this.#expected = answers;
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      this.#socket.write(bytes);
    });
  }

  #take(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    try {
      while (this.#expected > 0) {
        const length = this.#wire.answerLength(this.#received);
        if (length === 0) return;
        this.#received = this.#received.subarray(length);
        this.#expected -= 1;
      }
    } catch (error) {
      this.#settle?.reject(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    const settle = this.#settle;
    this.#settle = undefined;
    settle?.resolve();
  }
}
