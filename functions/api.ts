// The API behind a Function URL, or invoked directly: one request at a time, answers streamed.

import type { Writable } from 'node:stream';
import { problem } from '../src/http/problem.ts';
import {
  answerBuffered,
  answerStreamed,
  type BufferedAnswer,
  type StreamingRuntime,
} from '../src/lambda/answer.ts';
import { type FunctionEvent, isDirectInvocation } from '../src/lambda/event.ts';
import { openApp } from './app.ts';
import { openDeployment } from './deployment.ts';

/** The runtime of Lambda puts it there. Elsewhere the AWS SDK leaves an object without these functions. */
const { awslambda } = globalThis as { awslambda?: Partial<StreamingRuntime> };

const deployment = openDeployment();
const app = openApp(deployment, isStreaming(awslambda));

async function answer(request: Request, event: FunctionEvent, requestId: string): Promise<Response> {
  return admitted(event) ? app.fetch(request, requestId) : unsigned();
}

/** The environment may be frozen, or end, as soon as an invocation is over. */
async function finish(): Promise<void> {
  await app.idle();
  deployment.telemetry.flush();
}

interface Context {
  readonly awsRequestId: string;
}

async function streamed(
  runtime: StreamingRuntime,
  event: unknown,
  stream: Writable,
  { awsRequestId }: Context,
) {
  try {
    await answerStreamed(runtime, event, stream, (request, asked) => answer(request, asked, awsRequestId));
  } finally {
    await finish();
  }
}

/** For URLs and gateways that do not stream, and for emulators. */
async function buffered(event: unknown, { awsRequestId }: Context): Promise<BufferedAnswer> {
  try {
    return await answerBuffered(event, (request, asked) => answer(request, asked, awsRequestId));
  } finally {
    await finish();
  }
}

export const handler = isStreaming(awslambda)
  ? awslambda.streamifyResponse((event: unknown, stream, context: Context) =>
      streamed(awslambda, event, stream, context),
    )
  : buffered;

function isStreaming(runtime: Partial<StreamingRuntime> | undefined): runtime is StreamingRuntime {
  return runtime?.streamifyResponse !== undefined;
}

/** With IAM the URL lets nobody else through. If it is ever opened by mistake, it still answers nobody. */
function admitted(event: FunctionEvent): boolean {
  if (deployment.settings.access.kind !== 'iam' || isDirectInvocation(event)) return true;
  return event.requestContext.authorizer?.iam !== undefined;
}

function unsigned(): Response {
  return problem('unauthenticated', 'the request must be signed (AWS Signature Version 4)');
}
