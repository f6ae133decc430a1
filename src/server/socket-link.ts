// A socket as the link of a ZooKeeper connection.

import type { Socket } from 'node:net';
import type { Link } from '../protocols/zookeeper/link.ts';
import type { ZookeeperServer } from '../protocols/zookeeper/server.ts';

/** How long a client may take for the last answers of a connection that ends. */
const LINGER_MS = 5000;
/** IPv4 on a socket of IPv6. */
const MAPPED = '::ffff:';

class SocketLink implements Link {
  readonly address: string;
  readonly port: number;
  readonly #socket: Socket;

  constructor(socket: Socket) {
    const address = socket.remoteAddress ?? '';
    this.address = address.startsWith(MAPPED) ? address.slice(MAPPED.length) : address;
    this.port = socket.remotePort ?? 0;
    this.#socket = socket;
  }

  get pendingBytes(): number {
    return this.#socket.writableLength;
  }

  send(bytes: Buffer): void {
    this.#socket.write(bytes);
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /**
   * What the client still sends is read, and forgotten: the system resets a connection that is closed with
   * bytes unread, and the last answers would be lost.
   */
  end(): void {
    this.#socket.end();
    this.#socket.resume();
    this.#socket.setTimeout(LINGER_MS, () => this.#socket.destroy());
  }

  cut(): void {
    this.#socket.destroy();
  }
}

/** Makes the socket a connection of the server. */
export function serveSocket(server: ZookeeperServer, socket: Socket): void {
  const link = new SocketLink(socket);
  // An error is followed by `close`. Nobody could do anything about it.
  socket.on('error', () => undefined);
  const connection = server.accept(link);
  if (!connection) return;
  socket.on('data', (bytes: Buffer) => connection.receive(bytes));
  socket.on('drain', () => connection.drained());
  socket.on('end', () => connection.closed());
  socket.on('close', () => connection.closed());
}
