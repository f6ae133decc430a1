// The parts of the Lambda runtime for Node.js that a streaming function uses, and the bundle of a function
// run on them, as it is deployed.

import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { bundle, type FunctionName, MODULES } from '../../infra/bundle.ts';
import type { AnswerStream, StreamingRuntime } from '../../src/lambda/answer.ts';
import type { Prelude } from '../../src/lambda/prelude.ts';

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
  Object.assign(globalThis, { awslambda: runtimeDouble });
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
  requests += 1;
  const context = { awsRequestId: `request-${requests}` };
  return answered((stream) => (handler as unknown as StreamingHandler)(event, stream, context));
}

type StreamingHandler = (event: unknown, stream: AnswerStream, context: unknown) => Promise<void>;

/**
 * What comes out of a stream that `run` writes. It breaks off when `run` fails; to end it early is to hang
 * up.
 */
export function answered(run: (stream: AnswerStream) => Promise<void>): PassThrough {
  const wire = new PassThrough();
  run(ofTheRuntime(wire)).catch((error: unknown) => {
    wire.destroy(error instanceof Error ? error : new Error(String(error)));
  });
  return wire;
}

/** Has the methods of the real one, and no more. `test/lambda-runtime` is about the real one. */
function ofTheRuntime(wire: PassThrough): AnswerStream {
  const stream = {
    write: wire.write.bind(wire),
    end: wire.end.bind(wire),
    once: wire.once.bind(wire),
    destroy() {
      throw new Error('the environment ends when anybody but the runtime destroys its stream');
    },
  };
  return stream as AnswerStream;
}

export const runtimeDouble: StreamingRuntime = {
  streamifyResponse: (handler) => handler as never,
  HttpResponseStream: {
    /** The real one, too, sends the prelude with the first write and not before. */
    from(stream: AnswerStream, prelude: Prelude): AnswerStream {
      let begun = false;
      const write = stream.write.bind(stream);
      return Object.assign(stream, {
        write(chunk: Uint8Array | string) {
          if (!begun) {
            begun = true;
            write(JSON.stringify(prelude));
            write(new Uint8Array(8));
          }
          return write(chunk);
        },
      });
    },
  },
};
