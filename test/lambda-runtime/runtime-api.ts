// The interface by which Lambda hands invocations to a runtime and takes its answers, on the loopback.

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Answered {
  readonly prelude: { readonly statusCode: number };
  readonly body: string;
  /** What the runtime says at the end of a stream that was not finished. */
  readonly errorType: string | undefined;
}

export interface RuntimeApi {
  readonly address: string;
  /** Resolves with the answer of the runtime, once it is over. */
  invoke(event: unknown): Promise<Answered>;
  stop(): Promise<void>;
}

interface Invocation {
  readonly id: string;
  readonly event: unknown;
  readonly settle: (answered: Answered) => void;
}

const SEPARATOR = '\0'.repeat(8);
const PATH = /^\/2018-06-01\/runtime\/invocation\/([^/]+)(?:\/response)?$/;

export async function startRuntimeApi(): Promise<RuntimeApi> {
  const waiting: ServerResponse[] = [];
  const queue: Invocation[] = [];
  const underway = new Map<string, Invocation>();
  let count = 0;

  const handOut = () => {
    while (waiting.length > 0 && queue.length > 0) {
      const [response, invocation] = [waiting.shift(), queue.shift()];
      if (!response || !invocation) return;
      underway.set(invocation.id, invocation);
      response.writeHead(200, {
        'lambda-runtime-aws-request-id': invocation.id,
        'lambda-runtime-deadline-ms': String(Date.now() + 60_000),
        'lambda-runtime-invoked-function-arn': 'arn:aws:lambda:us-east-1:000000000000:function:ordinal',
      });
      response.end(JSON.stringify(invocation.event));
    }
  };

  const server = createServer(async (request, response) => {
    const [, id = ''] = PATH.exec(request.url ?? '') ?? [];
    if (id === 'next') {
      waiting.push(response);
      handOut();
      return;
    }
    const answered = await answerOf(request);
    response.writeHead(202).end();
    underway.get(id)?.settle(answered);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    invoke: (event) =>
      new Promise((settle) => {
        count += 1;
        queue.push({ id: `invocation-${count}`, event, settle });
        handOut();
      }),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answerOf(request: IncomingMessage): Promise<Answered> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const [head = '', ...rest] = Buffer.concat(chunks).toString('utf8').split(SEPARATOR);
  return {
    prelude: JSON.parse(head) as Answered['prelude'],
    body: rest.join(SEPARATOR),
    errorType: request.trailers['lambda-runtime-function-error-type'],
  };
}
