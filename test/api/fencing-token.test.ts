// Goal: the header Ordinal-Fencing-Token says what `fencingToken` says, and no request ignores it. Method: requests
// to the app in this process.

import { expect, test } from 'vitest';
import { admitOperator } from '../../src/access/principal.ts';
import { createApp } from '../../src/protocols/http/app.ts';
import { open } from '../../src/service/service.ts';
import { MemoryStore } from '../../src/store/memory.ts';

const app = createApp(open(new MemoryStore()), admitOperator);

async function ask(method: string, headers: Record<string, string>, body = 'x'): Promise<string> {
  const request = new Request('http://localhost/v1/stream/orders', {
    method,
    headers: { 'content-type': 'text/plain', ...headers },
    body,
  });
  const answer = await app.fetch(request);
  const text = await answer.text();
  const code = text === '' ? '' : ` ${JSON.parse(text).type}`;
  return `${answer.status}${code} ${Number(answer.headers.get('stream-next-offset')?.split('_')[1])}`;
}

const showing = (token: string) => ({ 'ordinal-fencing-token': token });

test('a writer with a smaller token or none is refused, and told the tail', async () => {
  await ask('PUT', {}, '');
  expect(await ask('POST', showing('7'))).toBe('204 1');
  const fenced = expect.stringMatching(/^409 .*stream-fenced 1$/);
  expect(await ask('POST', showing('6'))).toEqual(fenced);
  expect(await ask('POST', {})).toEqual(fenced);
  expect(await ask('POST', { ...showing('6'), 'stream-closed': 'true' }, '')).toEqual(fenced);
  expect(await ask('POST', showing('7'))).toBe('204 2');
});

test.each(['', '-1', '1.5', '0x7', '7, 8', '9'.repeat(16), '1'.repeat(17)])(
  '%j is no token',
  async (token) => {
    expect(await ask('POST', showing(token))).toMatch(/^400 .*invalid-request/);
  },
);

test.each(['PUT', 'DELETE'])('%s does not look at a token, so it takes none', async (method) => {
  expect(await ask(method, showing('7'), '')).toMatch(/^400 .*not-supported/);
});
