// What a user loads with `node --import`: an SDK that appends its spans to a file, as a line of JSON each, in
// batches.

import { appendFileSync } from 'node:fs';
import { env } from 'node:process';
import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';

const { SPANS_FILE } = env;
const exporter = {
  export(spans, done) {
    for (const span of spans) {
      const { traceId, spanId } = span.spanContext();
      const parentId = span.parentSpanContext?.spanId;
      appendFileSync(SPANS_FILE, `${JSON.stringify({ name: span.name, traceId, spanId, parentId })}\n`);
    }
    done({ code: 0 });
  },
  async shutdown() {},
};
const spanProcessors = [new BatchSpanProcessor(exporter, { scheduledDelayMillis: 3_600_000 })];
trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors }));
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
propagation.setGlobalPropagator(new W3CTraceContextPropagator());
