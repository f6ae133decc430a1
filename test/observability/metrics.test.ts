// Goal: the metrics say what happens. Method: the API in this process, made to do things that can be counted.

import { beforeEach, describe, expect, test } from 'vitest';
import { admitOperator } from '../../src/access/principal.ts';
import { grantsOf, principalOf } from '../../src/access/scopes.ts';
import { type Store, StoreError } from '../../src/log/store.ts';
import { NAMESPACES_SHOWN_MAX, OTHERS } from '../../src/observability/figure-metrics.ts';
import type { Figures, NamespaceFigures } from '../../src/observability/figures.ts';
import { Metrics } from '../../src/observability/metrics.ts';
import { type App, createApp } from '../../src/protocols/http/app.ts';
import { open, type Service, type ServiceOptions } from '../../src/service/service.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { InterceptedStore } from '../support/intercepted-store.ts';

type Series = ReadonlyMap<string, number>;

/** The values of all series, as `name{label="value"}`. */
async function collected(metrics: Metrics): Promise<Series> {
  const lines = (await metrics.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const end = line.lastIndexOf(' ');
      return [line.slice(0, end), Number(line.slice(end + 1))];
    }),
  );
}

let metrics: Metrics;

beforeEach(() => {
  metrics = new Metrics();
});

function serviceOn(store: Store, options: ServiceOptions = {}): Service {
  const service = open(store, { observer: metrics, ...options });
  metrics.watch({ figures: () => service.figures(), connections: async () => 3 });
  return service;
}

describe('what happens', () => {
  let app: App;
  let service: Service;
  const ask = (method: string, path: string, body?: string) =>
    app.fetch(new Request(`http://localhost${path}`, body === undefined ? { method } : { method, body }));

  beforeEach(() => {
    service = serviceOn(new MemoryStore());
    app = createApp(service, admitOperator, {
      onRequest: (seen) => metrics.requestAnswered(seen),
      metrics,
    });
  });

  test('requests, by the pattern of their route', async () => {
    await ask('PUT', '/v1/keys/a/b', '1');
    await ask('PUT', '/v1/keys/c', '1');
    await ask('HEAD', '/v1/keys/none');
    await ask('GET', '/nothing/like/it');
    const series = await collected(metrics);
    const labels = 'route="/v1/keys/:key",method="PUT",status="201"';
    expect(series.get(`ordinal_http_requests_total{${labels}}`)).toBe(2);
    expect(series.get(`ordinal_http_request_duration_seconds_count{${labels}}`)).toBe(2);
    expect(series.get(`ordinal_http_request_duration_seconds_bucket{le="+Inf",${labels}}`)).toBe(2);
    const head = 'route="/v1/keys/:key",method="HEAD",status="404"';
    expect(series.get(`ordinal_http_requests_total{${head}}`)).toBe(1);
    expect(series.get('ordinal_http_requests_total{route="/*",method="GET",status="404"}')).toBe(1);
  });

  test('GET /metrics answers them, in the text format', async () => {
    const answer = await ask('GET', '/metrics');
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const text = await answer.text();
    expect(text).toContain('# TYPE ordinal_store_calls_total counter\n');
    expect(text).toContain('process_cpu_seconds_total ');
    expect(text).toContain('ordinal_http_connections 3\n');
    expect((await ask('POST', '/metrics')).status).toBe(405);
  });

  test('GET /metrics needs its permission', async () => {
    const asking = (scope: string) => {
      const principal = principalOf('prometheus', grantsOf([scope], ''));
      const closed = createApp(service, async () => ({ kind: 'admitted', principal }), { metrics });
      return closed.fetch(new Request('http://localhost/metrics'));
    };
    expect((await asking('metrics:read')).status).toBe(200);
    expect((await asking('logs:read:*')).status).toBe(403);
  });

  test('more requests than are counted in one go', async () => {
    for (let index = 0; index < 600; index += 1) await ask('GET', '/healthz');
    const series = await collected(metrics);
    expect(series.get('ordinal_http_requests_total{route="/healthz",method="GET",status="200"}')).toBe(600);
    expect(series.get('ordinal_store_calls_total{method="check",outcome="ok"}')).toBe(600);
  });

  test('appends that share a write are one group', async () => {
    const stream = service.stream('s');
    await stream.create({ contentType: 'application/json' });
    await service.idle();
    const before = await collected(metrics);
    const append = (body: string) => stream.append(body, { contentType: 'application/json' });
    await Promise.all([append('[1,2]'), append('3'), append('[4,5,6]')]);
    await append('7');
    const after = await collected(metrics);
    const more = (name: string) => (after.get(name) ?? 0) - (before.get(name) ?? 0);
    expect(more('ordinal_append_group_appends_count')).toBe(2);
    expect(more('ordinal_append_group_appends_sum')).toBe(4);
    expect(more('ordinal_append_group_records_sum')).toBe(7);
    expect(more('ordinal_append_group_records_bucket{le="5"}')).toBe(1);
  });

  test('leases, watches and those that wait', async () => {
    const { leases, locks } = service.namespace();
    await leases.grant('mine', 60_000);
    await locks.acquire('l', { ttlMs: 60_000 });
    const stop = new AbortController();
    const { signal } = stop;
    const watch = service.namespace().watch({ signal })[Symbol.asyncIterator]();
    await watch.next();
    const change = watch.next();
    const waiting = locks.acquire('l', { ttlMs: 60_000, waitMs: 60_000, signal });
    await service.stream('s').create({ contentType: 'text/plain' });
    const reading = service.stream('s').readWhenThere('now', signal);
    let series = await collected(metrics);
    while ((series.get('ordinal_waiting_requests') ?? 0) < 2) {
      await new Promise((resolve) => setImmediate(resolve));
      series = await collected(metrics);
    }
    expect(series.get('ordinal_watchers')).toBe(1);
    expect(series.get('ordinal_waiting_requests')).toBe(2);
    expect(series.get('ordinal_namespace_leases{namespace="default"}')).toBe(3);
    expect(series.get('ordinal_namespaces_open')).toBe(1);
    expect(series.get('ordinal_streams_open')).toBe(1);
    expect(series.get('ordinal_namespace_state_bytes{namespace="default"}')).toBeGreaterThan(100);
    stop.abort();
    await Promise.all([waiting, reading, change, watch.return?.()]);
    series = await collected(metrics);
    expect([series.get('ordinal_watchers'), series.get('ordinal_waiting_requests')]).toEqual([0, 0]);
  });
});

describe('the store', () => {
  test('calls and their outcomes; a refused write is a conflict', async () => {
    const store = new MemoryStore();
    const other = open(store);
    const service = serviceOn(store);
    await service.stream('s').create({ contentType: 'text/plain', body: 'a' });
    const before = await collected(metrics);
    expect(before.get('ordinal_store_conflicts_total{method="update"}')).toBe(0);
    // Another process fills the segment that this one would write to, and opens the next.
    const append = (one: Service) => one.stream('s').append('x'.repeat(1500), { contentType: 'text/plain' });
    await append(other);
    await append(other);
    expect((await append(service)).kind).toBe('appended');
    const series = await collected(metrics);
    const conflicts = series.get('ordinal_store_conflicts_total{method="update"}') ?? 0;
    expect(conflicts).toBeGreaterThan(0);
    expect(series.get('ordinal_store_calls_total{method="update",outcome="refused"}')).toBe(conflicts);
    expect(series.get('ordinal_store_call_duration_seconds_count{method="update"}')).toBeGreaterThanOrEqual(
      conflicts,
    );
  });

  test.each([
    [true, 'failed'],
    [false, 'indefinite'],
  ])('a failure that is definite: %s', async (definite, outcome) => {
    const store = new InterceptedStore(new MemoryStore(), async () => {
      throw new StoreError('it failed', { definite, retryable: false });
    });
    await expect(serviceOn(store).store.check()).rejects.toThrow('it failed');
    const series = await collected(metrics);
    expect(series.get(`ordinal_store_calls_total{method="check",outcome="${outcome}"}`)).toBe(1);
  });

  test('snapshots that were saved, and those that failed', async () => {
    let isBroken = false;
    const store = new InterceptedStore(new MemoryStore(), (method, run) => {
      if (isBroken && method === 'putBlob') {
        throw new StoreError('no', { definite: true, retryable: false });
      }
      return run();
    });
    const service = serviceOn(store, { snapshotEvery: 1 });
    await service.namespace().keys.put('a', '1');
    await service.idle();
    expect((await collected(metrics)).get('ordinal_snapshots_total{outcome="saved"}')).toBeGreaterThan(0);
    isBroken = true;
    for (let index = 0; index < 5; index += 1) await service.namespace('b').keys.put('a', 'x'.repeat(5000));
    await service.idle();
    expect((await collected(metrics)).get('ordinal_snapshots_total{outcome="failed"}')).toBeGreaterThan(0);
  });

  test('a replica that cannot read what it knows to be there lags', async () => {
    const memory = new MemoryStore();
    let isBroken = false;
    let looks = 0;
    const store = new InterceptedStore(memory, async (method, run) => {
      if (method === 'last') looks += 1;
      if (isBroken && method === 'range') throw new StoreError('no', { definite: true, retryable: false });
      return run();
    });
    const service = serviceOn(store);
    await service.namespace().keys.put('a', '1');
    const stop = new AbortController();
    const watch = service.namespace().watch({ signal: stop.signal })[Symbol.asyncIterator]();
    await watch.next();
    const change = watch.next();
    const looksBefore = looks;
    while (looks === looksBefore) await new Promise((resolve) => setTimeout(resolve, 5));
    isBroken = true;
    const other = open(memory).namespace();
    for (let index = 0; index < 4; index += 1) await other.keys.put('b', 'x'.repeat(1500));
    const position = 'ordinal_namespace_applied_position{namespace="default"}';
    const lag = 'ordinal_namespace_lag_records{namespace="default"}';
    const until = async (isLagging: boolean): Promise<Series> => {
      for (;;) {
        const series = await collected(metrics);
        if ((series.get(lag) ?? 0) > 0 === isLagging) return series;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    };
    // The follower sees the tail, and cannot read up to there.
    expect((await until(true)).get(position)).toBe(1);
    isBroken = false;
    await other.keys.put('b', '');
    expect((await until(false)).get(position)).toBeGreaterThan(1);
    stop.abort();
    await change;
  });
});

describe('many namespaces', () => {
  const figures = (count: number): Figures => ({
    namespaces: Array.from({ length: count }, (_, index): NamespaceFigures => {
      const namespace = `n${index}`;
      return {
        namespace,
        stateBytes: index,
        position: 10,
        tailSeen: 10 + index,
        leases: 1,
        watchers: 0,
        waiting: 0,
      };
    }),
    streams: 0,
    waitingReaders: 0,
  });

  test('the largest have series of their own; all others have one together', async () => {
    let count = 1000;
    metrics.watch({ figures: () => figures(count), connections: async () => 0 });
    let series = await collected(metrics);
    const shown = (name: string) => [...series.keys()].filter((key) => key.startsWith(`${name}{`));
    expect(shown('ordinal_namespace_state_bytes')).toHaveLength(NAMESPACES_SHOWN_MAX + 1);
    expect(series.get('ordinal_namespace_state_bytes{namespace="n999"}')).toBe(999);
    expect(series.get('ordinal_namespace_state_bytes{namespace="n949"}')).toBeUndefined();
    const others = 1000 - NAMESPACES_SHOWN_MAX;
    const sum = (others * (others - 1)) / 2;
    expect(series.get(`ordinal_namespace_state_bytes{namespace="${OTHERS}"}`)).toBe(sum);
    expect(series.get(`ordinal_namespace_leases{namespace="${OTHERS}"}`)).toBe(others);
    // Of lags the largest counts, and positions of several logs have no sum.
    expect(series.get(`ordinal_namespace_lag_records{namespace="${OTHERS}"}`)).toBe(others - 1);
    expect(shown('ordinal_namespace_applied_position')).toHaveLength(NAMESPACES_SHOWN_MAX);
    count = 2;
    series = await collected(metrics);
    expect(shown('ordinal_namespace_state_bytes')).toEqual([
      'ordinal_namespace_state_bytes{namespace="n1"}',
      'ordinal_namespace_state_bytes{namespace="n0"}',
    ]);
  });
});
