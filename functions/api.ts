// The API behind a Function URL, or invoked directly: one request at a time in an environment.

import {
  type AnswerStream,
  answerBuffered,
  answerStreamed,
  type BufferedAnswer,
  type StreamingRuntime,
} from '../src/lambda/answer.ts';
import { type FunctionEvent, isDirectInvocation } from '../src/lambda/event.ts';
import { problem } from '../src/protocols/http/problem.ts';
import { openApp } from './app.ts';
import { openDeployment } from './deployment.ts';
import { endInvocation } from './end-invocation.ts';

/** The runtime of Lambda puts it there. */
declare const awslambda: StreamingRuntime;

const deployment = openDeployment();
const { settings, telemetry } = deployment;
const app = await openApp(deployment);

interface Context {
  readonly awsRequestId: string;
}

export const handler = settings.responseStreaming ? awslambda.streamifyResponse(streamed) : buffered;

async function streamed(event: unknown, stream: AnswerStream, { awsRequestId }: Context): Promise<void> {
  try {
    await answerStreamed(awslambda, event, stream, (request, asked) => answer(request, asked, awsRequestId));
  } finally {
    await endInvocation(app, telemetry);
  }
}

async function buffered(event: unknown, { awsRequestId }: Context): Promise<BufferedAnswer> {
  try {
    return await answerBuffered(event, (request, asked) => answer(request, asked, awsRequestId));
  } finally {
    await endInvocation(app, telemetry);
  }
}

async function answer(request: Request, event: FunctionEvent, requestId: string): Promise<Response> {
  if (admitted(event)) return app.fetch(request, requestId);
  return problem('unauthenticated', 'the request must be signed (AWS Signature Version 4)');
}

/**
 * With IAM the URL lets only signed requests through. If it is ever opened by mistake, the function still
 * refuses the others.
 */
function admitted(event: FunctionEvent): boolean {
  if (settings.access.kind !== 'iam' || isDirectInvocation(event)) return true;
  return event.requestContext.authorizer?.iam !== undefined;
}
