// The part of the API suite that is about lists: of locks, leases, elections, groups and sequences.

import { describe, expect, test } from 'vitest';
import type { Tools } from './api-suite.ts';

const TTL_MS = 600_000;

export function listsSuite({ ask, fresh, expectProblem, positionOf }: Tools): void {
  describe('lists', () => {
    const change = async (method: string, path: string, body: object) => {
      const answer = await ask(method, path, { body: JSON.stringify(body) });
      expect(answer.status, path).toBeLessThan(300);
      return positionOf(answer);
    };

    test('locks, leases, elections, groups and sequences, of one namespace', async () => {
      const within = `/v1/namespaces/${fresh('lists')}`;
      const list = async (path: string) => (await ask('GET', `${within}/${path}`)).body;
      await change('PUT', `${within}/leases/ada`, { ttlMs: TTL_MS });
      const token = await change('PUT', `${within}/locks/l%201`, { lease: 'ada' });
      const term = await change('PUT', `${within}/elections/e`, { lease: 'ada', value: 'here' });
      await change('PUT', `${within}/groups/g/m`, { lease: 'ada' });
      await change('POST', `${within}/sequences/s`, { count: 7 });
      expect(await list('locks')).toEqual({
        locks: [{ name: 'l 1', holders: [{ lease: 'ada', token }], waiters: [] }],
        more: false,
      });
      expect(await list('leases')).toEqual({
        leases: [{ lease: 'ada', ttlMs: TTL_MS, leftMs: expect.any(Number), keys: 5 }],
        more: false,
      });
      const leader = { lease: 'ada', value: 'here', term };
      expect(await list('elections')).toEqual({
        elections: [{ name: 'e', leader, candidates: 1 }],
        more: false,
      });
      expect(await list('groups')).toEqual({ groups: [{ name: 'g', members: 1 }], more: false });
      expect(await list('sequences')).toEqual({ sequences: [{ name: 's', value: 7 }], more: false });
    });

    test('a namespace is described', async () => {
      const name = fresh('described');
      expectProblem(await ask('GET', `/v1/namespaces/${name}`), 404, 'namespace-not-found');
      await change('PUT', `/v1/namespaces/${name}/leases/ada`, { ttlMs: TTL_MS });
      const described = await ask('GET', `/v1/namespaces/${name}`);
      expect(described).toMatchObject({
        status: 200,
        body: { name, position: 1, revision: 1, keys: 0, leases: 1, snapshotPosition: null, trimmedTo: 0 },
      });
      expect(positionOf(described)).toBe(1);
      expectProblem(await ask('GET', '/v1/namespaces/-'), 400, 'invalid-request');
    });

    test('streams that exist, with their content types and tails', async () => {
      const prefix = `${fresh('streams')}/`;
      const at = (name: string) => `/v1/stream/${prefix}${name}`;
      const headers = { 'content-type': 'application/json' };
      for (const name of ['a', 'b', 'c']) await ask('PUT', at(name), { headers, body: '[1,2]' });
      await ask('DELETE', at('b'));
      const stream = (name: string) => ({
        name: `${prefix}${name}`,
        contentType: 'application/json',
        tail: 2,
        closed: false,
      });
      const listed = await ask('GET', `/v1/streams?prefix=${prefix}`);
      expect(listed).toMatchObject({
        status: 200,
        body: { streams: [stream('a'), stream('c')], more: false },
      });
      const page = await ask('GET', `/v1/streams?prefix=${prefix}&limit=1`);
      expect(page.body).toEqual({ streams: [stream('a')], more: true });
      const last = await ask('GET', `/v1/streams?prefix=${prefix}&limit=1&after=${prefix}a`);
      expect(last.body).toEqual({ streams: [stream('c')], more: false });
      expectProblem(await ask('GET', '/v1/streams?limit=0'), 400, 'invalid-request');
    });

    test('a diagnosis of a stream', async () => {
      const path = fresh('examined');
      await ask('PUT', `/v1/stream/${path}`, { headers: { 'content-type': 'text/plain' }, body: 'x' });
      const diagnosed = await ask('GET', `/v1/diagnostics?log=stream/${path}`);
      expect(diagnosed).toMatchObject({ status: 200, body: { sound: true, complete: true } });
      const { findings } = diagnosed.body as { findings: object[] };
      expect(findings[0]).toEqual({
        severity: 'ok',
        log: `stream/${path}`,
        what: '1 records in 1 segments, tail 1',
      });
      expectProblem(await ask('GET', '/v1/diagnostics?log=%00'), 400, 'invalid-request');
    });

    test('a history shows two claimants of one name, and the position that decided', async () => {
      const within = `/v1/namespaces/${fresh('history')}`;
      const claims = await Promise.all(
        ['ann', 'ben'].map((owner) => ask('PUT', `${within}/names/x`, { body: JSON.stringify({ owner }) })),
      );
      const decided = claims.filter(({ status }) => status === 201).map(positionOf);
      expect(decided).toEqual([1]);
      const history = await ask('GET', `${within}/history?prefix=x`);
      const { commands } = history.body as { commands: { position: number; succeeded: boolean }[] };
      expect(commands[0]).toMatchObject({
        position: 1,
        succeeded: true,
        operations: { then: [{ kind: 'put', resource: 'names', name: 'x' }] },
        changes: [{ resource: 'names', name: 'x', after: { created: 1 } }],
      });
      for (const other of commands.slice(1)) expect(other).toMatchObject({ succeeded: false, changes: [] });
      expect(history.body).toMatchObject({ more: false, next: positionOf(history) });
      expectProblem(await ask('GET', `${within}/history?after=1000`), 409, 'position-not-reached');
      expectProblem(await ask('GET', `${within}/history?resource=logs`), 400, 'invalid-request');
    });

    test('pages, and what is no page', async () => {
      const within = `/v1/namespaces/${fresh('pages')}/sequences`;
      for (const name of ['a', 'b1', 'b2', 'b3']) await change('POST', `${within}/${name}`, {});
      const page = await ask('GET', `${within}?prefix=b&limit=2`);
      expect(page.body).toMatchObject({ sequences: [{ name: 'b1' }, { name: 'b2' }], more: true });
      expect(positionOf(page)).toBe(4);
      const last = await ask('GET', `${within}?prefix=b&limit=2&after=b2`);
      expect(last.body).toMatchObject({ sequences: [{ name: 'b3' }], more: false });
      for (const query of ['limit=0', 'limit=1001', 'limit=x', 'consistency=strong', 'minPosition=x'])
        expectProblem(await ask('GET', `${within}?${query}`), 400, 'invalid-request');
      expectProblem(await ask('GET', `${within}?minPosition=1000`), 409, 'position-not-reached');
    });
  });
}
