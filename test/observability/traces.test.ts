// Goal: a trace shows a request and its round trips, and nothing that clients store. Method: an SDK that keeps
// its spans in memory, around the API in this process.

import { context, propagation, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { admitOperator } from '../../src/access/principal.ts';
import { type Store, StoreError } from '../../src/log/store.ts';
import { isSdkRegistered, openTelemetry } from '../../src/observability/opentelemetry.ts';
import { createApp } from '../../src/protocols/http/app.ts';
import { open } from '../../src/service/service.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { deferred } from '../support/deferred.ts';
import { type Intercept, InterceptedStore } from '../support/intercepted-store.ts';

const knownBefore = isSdkRegistered();
const exporter = new InMemorySpanExporter();
trace.setGlobalTracerProvider(
  new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
);
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
propagation.setGlobalPropagator(new W3CTraceContextPropagator());
const tracer = trace.getTracer('test');

beforeEach(() => exporter.reset());
afterAll(() => trace.disable());

test('an SDK is noticed once it is registered', () => {
  expect([knownBefore, isSdkRegistered()]).toEqual([false, true]);
});

function spans(name: string): ReadableSpan[] {
  return exporter.getFinishedSpans().filter((span) => span.name.startsWith(name));
}

/** Runs in a span of its own, as a program does around its work. */
function within<T>(name: string, run: (span: Span) => Promise<T>): Promise<T> {
  return tracer.startActiveSpan(name, (span) => run(span).finally(() => span.end()));
}

describe('over HTTP', () => {
  const appOn = (store: Store) => {
    const tracing = openTelemetry();
    return createApp(open(store, { tracing }), admitOperator, { tracing });
  };
  const REMOTE = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
  const traceparent = `00-${REMOTE.traceId}-${REMOTE.spanId}-01`;

  test('a request continues the trace of its sender, and its round trips are below it', async () => {
    const app = appOn(new MemoryStore());
    const init = { method: 'PUT', body: '{"owner":"somebody"}', headers: { traceparent } };
    const request = new Request('http://localhost/v1/namespaces/shop/names/alice?x=secret', init);
    expect((await app.fetch(request, 'id-1')).status).toBe(201);
    const [server] = spans('PUT');
    expect(server).toMatchObject({
      name: 'PUT /v1/namespaces/:namespace/names/:name',
      kind: SpanKind.SERVER,
      parentSpanContext: REMOTE,
      attributes: {
        'http.request.method': 'PUT',
        'http.route': '/v1/namespaces/:namespace/names/:name',
        'http.response.status_code': 201,
        'ordinal.request_id': 'id-1',
      },
    });
    const calls = spans('store');
    expect(calls.map((span) => span.parentSpanContext?.spanId)).toEqual(
      calls.map(() => server?.spanContext().spanId),
    );
    const opened = calls.filter((span) => span.attributes['ordinal.log'] === 'namespace/shop');
    expect(opened.map((span) => span.name)).toContain('store open');
    expect(opened.find((span) => span.name === 'store open')).toMatchObject({
      kind: SpanKind.CLIENT,
      attributes: { 'ordinal.store.method': 'open', 'ordinal.store.outcome': 'ok' },
    });
  });

  test('no span shows a key, a value, an owner or a query', async () => {
    const app = appOn(new MemoryStore());
    const ask = (method: string, path: string, body?: string) =>
      app.fetch(
        new Request(`http://localhost/v1/${path}`, body === undefined ? { method } : { method, body }),
      );
    await ask('PUT', 'names/hidden-name', '{"owner":"hidden-owner"}');
    await ask('PUT', 'keys/hidden-key', 'hidden-value');
    await ask('GET', 'keys/hidden-key?after=0&x=hidden-query');
    await ask('PUT', 'locks/hidden-lock', '{"ttlMs":1000}');
    expect(spans('').length).toBeGreaterThan(6);
    const shown = spans('').map(({ name, attributes, links, events, status }) => [
      name,
      attributes,
      links,
      events,
      status,
    ]);
    expect(JSON.stringify(shown)).not.toMatch(/hidden/);
  });

  test('a problem has its code, and a fault of the server is an error', async () => {
    const broken: Intercept = async () => {
      throw new StoreError('the value hidden-value is bad', { definite: true, retryable: false });
    };
    const app = appOn(new InterceptedStore(new MemoryStore(), broken));
    expect((await app.fetch(new Request('http://localhost/v1/names/a'))).status).toBe(503);
    const [server] = spans('GET');
    expect(server?.attributes['ordinal.code']).toBe('unavailable');
    expect(server?.status.code).toBe(SpanStatusCode.ERROR);
    const [call] = spans('store');
    expect(call?.attributes['ordinal.store.outcome']).toBe('failed');
    expect(call?.status).toEqual({ code: SpanStatusCode.ERROR, message: 'StoreError' });
  });
});

describe('in a program', () => {
  test('calls without a span around them have none', async () => {
    const ordinal = open(new MemoryStore(), { tracing: openTelemetry() });
    await ordinal.stream('s').create({ contentType: 'text/plain', body: 'a' });
    expect(spans('')).toEqual([]);
  });

  test('nor have those that go on after their span has ended', async () => {
    let calls = 0;
    const store = new InterceptedStore(new MemoryStore(), (_method, run) => {
      calls += 1;
      return run();
    });
    const ordinal = open(store, { tracing: openTelemetry() });
    await ordinal.stream('s').create({ contentType: 'text/plain', body: 'a' });
    const stop = new AbortController();
    let waiting: Promise<unknown> = Promise.resolve();
    await within('begins', async () => {
      waiting = ordinal.stream('s').readWhenThere('now', stop.signal);
      await ordinal.stream('s').describe();
    });
    const [seen, callsBefore] = [spans('store').length, calls];
    expect(seen).toBeGreaterThan(0);
    // The waiting reader goes on looking.
    while (calls < callsBefore + 3) await new Promise((resolve) => setTimeout(resolve, 5));
    stop.abort();
    await waiting;
    expect(spans('store').length).toBe(seen);
  });

  test('appends that share a write: it is the child of the first, and the others link to it', async () => {
    const ordinal = open(new MemoryStore(), { tracing: openTelemetry() });
    await ordinal.stream('s').create({ contentType: 'text/plain' });
    await ordinal.stream('s').append('0', { contentType: 'text/plain' });
    const append = (name: string) =>
      within(name, () => ordinal.stream('s').append('x', { contentType: 'text/plain' }));
    await Promise.all(['a', 'b', 'c'].map(append));
    const writes = spans('store').filter((span) => /update|open/.test(span.name));
    expect(writes).toHaveLength(1);
    const [write] = writes;
    const [a, b, c] = ['a', 'b', 'c'].map((name) => spans(name)[0]);
    expect(write?.parentSpanContext?.spanId).toBe(a?.spanContext().spanId);
    const linked = (span: ReadableSpan | undefined) => span?.links.map((link) => link.context.spanId);
    expect(linked(a)).toEqual([]);
    expect(linked(b)).toEqual([write?.spanContext().spanId]);
    expect(linked(c)).toEqual([write?.spanContext().spanId]);
  });

  test('a write that waited in the queue of another is the child of its own caller', async () => {
    const held = deferred();
    const begun = deferred();
    let isHolding = false;
    const store = new InterceptedStore(new MemoryStore(), async (method, run) => {
      if (isHolding && method === 'update') {
        isHolding = false;
        begun.resolve();
        await held.promise;
      }
      return run();
    });
    const ordinal = open(store, { tracing: openTelemetry() });
    await ordinal.stream('s').create({ contentType: 'text/plain', body: '0' });
    const append = () => ordinal.stream('s').append('x', { contentType: 'text/plain' });
    isHolding = true;
    const first = within('first', append);
    await begun.promise;
    const second = within('second', append);
    const unseen = append();
    held.resolve();
    await Promise.all([first, second, unseen]);
    const updates = spans('store update').map((span) => span.parentSpanContext?.spanId);
    expect(updates).toEqual(['first', 'second'].map((name) => spans(name)[0]?.spanContext().spanId));
  });
});
