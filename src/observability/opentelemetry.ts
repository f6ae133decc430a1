// Traces by OpenTelemetry, where the program has registered an SDK: a span for each request, and below it
// one for each call of the store.
//
// A call of the store gets a span only within a span that is recording. So there are none of work that no
// caller waits for, such as maintenance, and a poll that goes on after its first reader has gone makes no
// trace grow for ever.

import {
  type Context,
  context,
  createContextKey,
  type ProxyTracerProvider,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TextMapGetter,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import type { StoreCall, Tracing } from '../log/observer.ts';
import { outcomeOf, outcomeOfError } from './observed-store.ts';
import type { RequestTracing } from './request-tracing.ts';

export interface OpenTelemetry extends Tracing<Context>, RequestTracing {
  /** Resolves when the SDK has handed its spans on, if it can say so. */
  flush(): Promise<void>;
}

const NAME = 'ordinal';
/** The spans of callers that share a write with the one whose child it is. */
const SHARING = createContextKey('ordinal: spans that share a write');
/** The header that repeats the code of a problem document. */
const CODE_HEADER = 'ordinal-code';
const SERVER_ERROR_MIN = 500;

/** Whether a program has registered an SDK. Without one, tracing would only cost time. */
export function isSdkRegistered(): boolean {
  const provider = trace.getTracerProvider();
  return !isProxy(provider) || provider.getDelegateTracer(NAME) !== undefined;
}

/** Traces to the SDK that the program has registered with `@opentelemetry/api`, now or later. */
export function openTelemetry(): OpenTelemetry {
  const tracer = trace.getTracer(NAME);
  return {
    caller: () => context.active(),

    inGroup(callers, write) {
      const within = callers.filter((one) => isRecording(trace.getSpan(one)));
      const [first] = within;
      // The queue may have been started by a caller that has nothing to do with this write.
      if (!first) return context.with(ROOT_CONTEXT, write);
      const own = trace.getSpan(first);
      const others = new Set(within.map((one) => trace.getSpan(one)).filter((span) => span !== own));
      return context.with(first.setValue(SHARING, others), write);
    },

    storeCall(call, run) {
      const active = context.active();
      if (!isRecording(trace.getSpan(active))) return run();
      const attributes = attributesOf(call);
      const span = tracer.startSpan(`store ${call.method}`, { kind: SpanKind.CLIENT, attributes }, active);
      for (const other of sharing(active)) other.addLink({ context: span.spanContext() });
      return context.with(trace.setSpan(active, span), () => endedWith(span, run));
    },

    request(begun, run) {
      const parent = parentOf(begun.headers);
      const { method, route, requestId } = begun;
      const attributes = {
        'http.request.method': method,
        'http.route': route,
        'ordinal.request_id': requestId,
      };
      const span = tracer.startSpan(`${method} ${route}`, { kind: SpanKind.SERVER, attributes }, parent);
      return context.with(trace.setSpan(parent, span), () => answered(span, run));
    },

    async flush() {
      const provider = trace.getTracerProvider();
      const sdk = isProxy(provider) ? provider.getDelegate() : provider;
      if ('forceFlush' in sdk && typeof sdk.forceFlush === 'function') await sdk.forceFlush();
    },
  };
}

/** There may be several copies of the API package in a process, each with a class of its own. */
function isProxy(provider: TracerProvider): provider is ProxyTracerProvider {
  return 'getDelegate' in provider;
}

function isRecording(span: Span | undefined): boolean {
  return span?.isRecording() ?? false;
}

function sharing(within: Context): ReadonlySet<Span> {
  const spans = within.getValue(SHARING);
  return spans instanceof Set ? spans : new Set();
}

/** An instrumentation of the HTTP server may have begun a span already, and has read the headers then. */
function parentOf(headers: Headers): Context {
  const active = context.active();
  return trace.getSpan(active) ? active : propagation.extract(active, headers, GETTER);
}

const GETTER: TextMapGetter<Headers> = {
  get: (headers, key) => headers.get(key) ?? undefined,
  keys: (headers) => [...headers.keys()],
};

function attributesOf({ method, log }: StoreCall) {
  return { 'ordinal.store.method': method, ...(log === undefined ? {} : { 'ordinal.log': log }) };
}

async function endedWith<T>(span: Span, run: () => Promise<T>): Promise<T> {
  try {
    const answer = await run();
    span.setAttribute('ordinal.store.outcome', outcomeOf(answer));
    return answer;
  } catch (error) {
    span.setAttribute('ordinal.store.outcome', outcomeOfError(error));
    // Only its name: a message of a store may show what was to be stored.
    span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.name : 'error' });
    throw error;
  } finally {
    span.end();
  }
}

async function answered(span: Span, run: () => Promise<Response>): Promise<Response> {
  try {
    const response = await run();
    const { status } = response;
    span.setAttribute('http.response.status_code', status);
    const code = status < 400 ? null : response.headers.get(CODE_HEADER);
    if (code !== null) span.setAttribute('ordinal.code', code);
    if (status >= SERVER_ERROR_MIN) span.setStatus({ code: SpanStatusCode.ERROR });
    return response;
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR });
    throw error;
  } finally {
    span.end();
  }
}
