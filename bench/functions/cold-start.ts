// One cold start of one bundle, in a process of its own. Arguments: the name of the function, and the file of
// its bundle.

import { request } from 'node:http';
import { pathToFileURL } from 'node:url';
import type { ColdStart } from './functions.ts';

interface Loaded {
  readonly handler?: (event: unknown, context: unknown) => Promise<unknown>;
}

const [name = '', file = ''] = process.argv.slice(2);
const NAME = `/v1/names/name-${process.pid}`;
const OWNER = JSON.stringify({ owner: 'somebody' });
const CONTEXT = { awsRequestId: 'request' };

/** A claim, as a caller with the right to invoke the function sends it. */
const CLAIM_EVENT = {
  version: '2.0',
  rawPath: NAME,
  rawQueryString: '',
  headers: { 'content-type': 'application/json' },
  requestContext: { http: { method: 'PUT', path: NAME }, requestId: 'request' },
  body: OWNER,
  isBase64Encoded: false,
};

async function firstAnswer({ handler }: Loaded): Promise<void> {
  if (name === 'web') return claimOverHttp();
  if (!handler) throw new Error('the bundle has no handler');
  const answer = await handler(name === 'api' ? CLAIM_EVENT : {}, CONTEXT);
  if (name !== 'api') return;
  const { statusCode } = answer as { statusCode?: number };
  if (statusCode !== 201) throw new Error(`the claim was answered with ${JSON.stringify(answer)}`);
}

function claimOverHttp(): Promise<void> {
  return new Promise((resolve, reject) => {
    // No program stands in for IAM: the server itself admits every request, as the service in front of it has
    // asked.
    const asked = request(`http://127.0.0.1:34437${NAME}`, { method: 'PUT' }, ({ statusCode }) =>
      statusCode === 201 ? resolve() : reject(new Error(`the claim was answered with ${statusCode}`)),
    );
    asked.on('error', reject);
    asked.end(OWNER);
  });
}

const startedAt = performance.now();
const loaded = (await import(pathToFileURL(file).href)) as Loaded;
const loadedAt = performance.now();
await firstAnswer(loaded);
const result: ColdStart = {
  loadMs: loadedAt - startedAt,
  firstAnswerMs: performance.now() - loadedAt,
  memoryBytes: process.memoryUsage().rss,
};
process.stdout.write(`${JSON.stringify(result)}\n`);
process.exit(0);
