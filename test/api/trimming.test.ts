// Goal: a live reader whose place is trimmed away is told so, and where to go on. Method: events that are taken one by
// one, of a stream with more than a server keeps for a reader.

import { expect, test } from 'vitest';
import { admitLoopback } from '../../src/access/loopback.ts';
import { createApp } from '../../src/protocols/http/app.ts';
import { open } from '../../src/service/service.ts';
import { MemoryStore } from '../../src/store/memory.ts';

const RECORD = 'x'.repeat(100_000);

test('events end with one that says where the stream begins', async () => {
  const service = open(new MemoryStore());
  const app = createApp(service, admitLoopback);
  const stream = service.stream('s');
  const contentType = 'text/plain';
  await stream.create({ contentType });
  for (let index = 0; index < 30; index += 1) await stream.append(RECORD, { contentType });
  const response = await app.fetch(new Request('http://localhost/v1/stream/s?offset=-1&live=sse'));
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const first = await reader?.read();
  expect(first?.value).toContain('event: data');
  await stream.trim(30);
  let rest = '';
  for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) rest += next.value;
  expect(
    rest.endsWith(
      'event: gone\ndata:{"earliest":30,"streamNextOffset":"0000000000000000_0000000000000029"}\n\n',
    ),
  ).toBe(true);
  expect(rest.split(RECORD).length - 1).toBeLessThan(29);
  await service.close();
});
