// One connection that carries JSON requests, one at a time, or one stream of answers.

import { Agent, type IncomingMessage, request } from 'node:http';

export class JsonConnection {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #port: number;

  constructor(port: number) {
    this.#port = port;
  }

  /** The status and the body. */
  async ask(method: string, path: string, body?: unknown): Promise<{ status: number; body: string }> {
    const response = await this.#send(method, path, body);
    let text = '';
    for await (const chunk of response.setEncoding('utf8')) text += chunk;
    return { status: response.statusCode ?? 0, body: text };
  }

  /** @throws Error for a status that is not 2xx */
  async expect(method: string, path: string, body?: unknown): Promise<string> {
    const answer = await this.ask(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.body}`);
    return answer.body;
  }

  /** An answer that does not end, line by line. */
  async stream(method: string, path: string, body?: unknown): Promise<IncomingMessage> {
    const response = await this.#send(method, path, body);
    if (response.statusCode !== 200) throw new Error(`${method} ${path}: ${response.statusCode}`);
    return response.setEncoding('utf8');
  }

  close(): void {
    this.#agent.destroy();
  }

  #send(method: string, path: string, body: unknown): Promise<IncomingMessage> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    // Node sends the body of a DELETE without any length unless it is told.
    const headers =
      text === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
    return new Promise((resolve, reject) => {
      const sent = request(
        { agent: this.#agent, host: '127.0.0.1', port: this.#port, method, path, headers },
        resolve,
      );
      sent.on('error', reject);
      sent.end(text);
    });
  }
}
