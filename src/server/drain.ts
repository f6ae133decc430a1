// Ends an HTTP server without breaking off a request. A server that closes a connection that is kept alive
// races with its client's next request. So such a request is answered, and its answer tells the client to
// come back on another connection.

import type { Server, ServerResponse } from 'node:http';
import { Server as NetServer } from 'node:net';

export interface DrainOptions {
  /** How long a connection at rest may still bring a request, in milliseconds. */
  readonly graceMs: number;
  /** How long answers may take, in milliseconds, until they are broken off. */
  readonly timeoutMs: number;
}

const IDLE_CHECK_MS = 20;

export class Drain {
  readonly #server: Server;
  readonly #answering = new Set<ServerResponse>();
  #begun = false;

  /** Must be called before the server has any connection. */
  constructor(server: Server) {
    this.#server = server;
    server.prependListener('request', (_request, response: ServerResponse) => this.#watch(response));
  }

  /** Accepts no new connection, and resolves when the last one has ended. */
  async run({ graceMs, timeoutMs }: DrainOptions): Promise<void> {
    this.#begun = true;
    for (const response of this.#answering) sayGoodbye(response);
    const late = setTimeout(() => this.#server.closeAllConnections(), timeoutMs);
    let idle: NodeJS.Timeout | undefined;
    const grace = setTimeout(() => {
      // A connection that comes to rest later would be kept for its client's next request.
      idle = setInterval(() => this.#server.closeIdleConnections(), IDLE_CHECK_MS);
    }, graceMs);
    await this.#ended();
    for (const timer of [late, grace, idle]) clearTimeout(timer);
    // The timer with which Node looks for slow connections ends by this alone.
    this.#server.close();
  }

  /**
   * Node's HTTP server closes connections at rest as soon as it is told to close, the server below it does
   * not.
   */
  #ended(): Promise<void> {
    return new Promise((resolve) => {
      NetServer.prototype.close.call(this.#server, () => resolve());
    });
  }

  #watch(response: ServerResponse): void {
    if (this.#begun) sayGoodbye(response);
    this.#answering.add(response);
    response.once('close', () => this.#answering.delete(response));
  }
}

/**
 * Node then says `Connection: close`, and does so after the answer. One whose head is out already keeps its
 * connection once more.
 */
function sayGoodbye(response: ServerResponse): void {
  response.shouldKeepAlive = false;
}
