// Goal: the deployed function is the same API. Method: its bundle in this process on an emulator, with the
// events that Lambda makes.

import type { LambdaClient } from '@aws-sdk/client-lambda';
import { lambdaTransport } from '../../src/client/aws/transport.ts';
import { responseOf } from '../../src/lambda/prelude.ts';
import { deployedFunction } from '../support/deployed-function.ts';
import { functionUrlEvent } from '../support/function-url.ts';
import { invokeStreaming } from '../support/lambda-runtime.ts';
import { apiSuite } from './api-suite.ts';

const URL = 'https://urlid.lambda-url.eu-west-1.on.aws';

apiSuite('a function behind its URL', async () => {
  const { api, stop } = await deployedFunction();
  return {
    async request(path, init) {
      const event = await functionUrlEvent(new Request(URL + path, init), { signed: true });
      return responseOf(invokeStreaming(api, event));
    },
    stop,
  };
});

apiSuite('a function that is invoked directly', async () => {
  const { api, stop } = await deployedFunction();
  async function* events(payload: Uint8Array) {
    const event = JSON.parse(Buffer.from(payload).toString('utf8')) as unknown;
    for await (const chunk of invokeStreaming(api, event)) yield { PayloadChunk: { Payload: chunk } };
    yield { InvokeComplete: {} };
  }
  const client = {
    send: async (command: { input: { Payload: Uint8Array } }) => ({
      EventStream: events(command.input.Payload),
    }),
  };
  const transport = lambdaTransport(client as unknown as LambdaClient, 'ordinal');
  return { request: (path, init) => transport(new Request(URL + path, init)), stop };
});

apiSuite(
  'a function without response streaming',
  async () => {
    const { api, stop } = await deployedFunction({ streaming: false });
    return {
      async request(path, init) {
        const event = await functionUrlEvent(new Request(URL + path, init), { signed: true });
        const answer = (await api.handler(event, { awsRequestId: 'x' })) as {
          statusCode: number;
          headers: Record<string, string>;
          body: string;
        };
        const body = answer.body === '' ? null : Buffer.from(answer.body, 'base64');
        return new Response(body, { status: answer.statusCode, headers: answer.headers });
      },
      stop,
    };
  },
  { streams: false },
);
