// What a program does with `ordinal/client`, on any runtime: claims a name, appends to a stream, and watches a key.
// Plain JavaScript, with nothing but what the web platform has.

import { connect } from 'ordinal/client';

/** @param {string} url @param {string} owner different for each run */
export async function useClient(url, owner) {
  const ordinal = connect(url);
  const first = await ordinal.names().claim(`name-${owner}`, owner);
  const second = await ordinal.names().claim(`NAME-${owner}`, 'another');
  const stream = ordinal.stream(`stream-${owner}`);
  await stream.create();
  const appended = await stream.append('[{"item":"tea"},{"item":"milk"}]');
  const read = await stream.read(1);
  const seen = await watchOneChange(ordinal.namespace(), `key-${owner}`);
  await ordinal.close();
  return {
    claims: [first.kind, second.kind],
    appended: [appended.kind, appended.first, appended.last],
    read: read.kind === 'data' ? JSON.parse(new TextDecoder().decode(read.body)) : read.kind,
    seen,
  };
}

async function watchOneChange(namespace, key) {
  const leaving = new AbortController();
  for await (const event of namespace.watch({ prefix: key, signal: leaving.signal })) {
    // The first event tells the position after which the watch begins.
    if (event.kind === 'progress') await namespace.keys.put(key, 'changed');
    if (event.kind === 'change') {
      leaving.abort();
      return new TextDecoder().decode(event.after.value);
    }
  }
  return 'nothing';
}
