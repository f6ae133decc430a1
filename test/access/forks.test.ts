// Goal: a fork shows what its source holds to nobody who may not read the source. Method: the app with principals of
// several scopes.

import { expect, test } from 'vitest';
import { grantsOf, principalOf } from '../../src/access/scopes.ts';
import { createApp } from '../../src/protocols/http/app.ts';
import { open } from '../../src/service/service.ts';
import { MemoryStore } from '../../src/store/memory.ts';

test.each([
  [['logs:write:*', 'logs:read:*'], 201],
  [['logs:write:mine', 'logs:read:secret'], 201],
  [['logs:write:mine', 'logs:read:mine'], 403],
  [['logs:write:*'], 403],
  [['logs:read:*'], 403],
])('with the scopes %j, a fork of another stream is answered %i', async (scopes, status) => {
  const service = open(new MemoryStore());
  await service.stream('secret').create({ body: '[1]' });
  const principal = principalOf('ann', grantsOf(scopes, ''));
  const app = createApp(service, async () => ({ kind: 'admitted', principal }));
  const headers = { 'stream-forked-from': '/v1/stream/secret' };
  const answer = await app.fetch(new Request('http://127.0.0.1/v1/stream/mine', { method: 'PUT', headers }));
  expect(answer.status).toBe(status);
  const { kind } = await service.stream('mine').describe();
  expect(kind).toBe(status === 201 ? 'stream' : 'missing');
});
