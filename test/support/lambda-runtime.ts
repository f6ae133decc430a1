// The parts of the Lambda runtime for Node.js that a streaming function uses, and the bundle of a function run on them, as it is
// deployed.

import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, type Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { bundle, type FunctionName, MODULES } from '../../infra/bundle.ts';

type Handler = (event: unknown, context: { awsRequestId: string }) => Promise<unknown>;

export interface LoadedFunction {
  readonly handler: Handler;
  unload(): Promise<void>;
}

const bundles = new Map<FunctionName, Promise<string>>();
let loaded = 0;
let requests = 0;

/** Loads the bundle anew with just this environment. */
export async function loadFunction(name: FunctionName, env: Record<string, string>): Promise<LoadedFunction> {
  const made = bundles.get(name) ?? bundleOnce(name);
  bundles.set(name, made);
  const path = await made;
  Object.assign(globalThis, { awslambda: runtime });
  const restore = setEnvironment(env);
  loaded += 1;
  const { handler } = (await import(`${pathToFileURL(path).href}?${loaded}`)) as { handler: Handler };
  return { handler, unload: async () => restore() };
}

async function bundleOnce(name: FunctionName): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'ordinal-function-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  bundle(name, directory);
  return join(directory, MODULES[name]);
}

/** The AWS SDK looks there again with its first call, so what is set stays until the function is unloaded. */
function setEnvironment(env: Record<string, string>): () => void {
  // biome-ignore lint/style/noProcessEnv: a function has no other way to its settings
  const environment = process.env;
  const before = Object.keys(env).map((name) => [name, environment[name]] as const);
  Object.assign(environment, env);
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) delete environment[name];
      else environment[name] = value;
    }
  };
}

/** Runs a streaming function and answers its bytes as they come, prelude and all. */
export function invokeStreaming({ handler }: LoadedFunction, event: unknown): AsyncIterable<Uint8Array> {
  const stream = new PassThrough();
  requests += 1;
  const running = (handler as unknown as StreamingHandler)(event, stream, {
    awsRequestId: `request-${requests}`,
  });
  running.then(
    () => stream.end(),
    (error: unknown) => stream.destroy(error instanceof Error ? error : new Error(String(error))),
  );
  return stream;
}

type StreamingHandler = (
  event: unknown,
  stream: Writable,
  context: { awsRequestId: string },
) => Promise<void>;

const runtime = {
  streamifyResponse: (handler: StreamingHandler) => handler,
  HttpResponseStream: {
    /** The real one, too, sends the prelude with the first write and not before. */
    from(stream: Writable, prelude: unknown): Writable {
      let begun = false;
      const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
      Object.assign(stream, {
        write(...args: unknown[]) {
          if (!begun) {
            begun = true;
            write(JSON.stringify(prelude));
            write(new Uint8Array(8));
          }
          return write(...args);
        },
      });
      return stream;
    },
  },
};
