// Goal: numbers of 32 bits wrap as they do in ZooKeeper 3.8.0, and names stay those that Java makes. Method: a znode that has come to the
// end of its numbers, and one more of each change.

import { expect, test } from 'vitest';
import { getChildren } from '../../../src/protocols/zookeeper/tree/read.ts';
import { statOf, type Znode } from '../../../src/protocols/zookeeper/tree/znode.ts';
import { Conversation, create, OPEN } from './conversation.ts';

const MAX = 2 ** 31 - 1;

function worn(talk: Conversation, numbers: Partial<Znode>): void {
  const node = talk.state.get('/a');
  if (node) talk.state.put({ ...node, ...numbers }, node);
}

test('versions wrap', () => {
  const talk = new Conversation();
  const holder = talk.open(1n);
  talk.write(holder, [create('/a')]);
  worn(talk, { version: MAX, aversion: MAX });
  expect(talk.errorOf(holder, { kind: 'set-data', path: '/a', version: MAX, data: null })).toBe(0);
  expect(talk.errorOf(holder, { kind: 'set-acl', path: '/a', version: MAX, acl: OPEN })).toBe(0);
  expect(talk.state.get('/a')).toMatchObject({ version: -(2 ** 31), aversion: -(2 ** 31) });
  worn(talk, { version: -2 });
  expect(talk.errorOf(holder, { kind: 'set-data', path: '/a', version: -2, data: null })).toBe(0);
  expect(talk.state.get('/a')?.version).toBe(-1);
});

test('the numbers of children wrap, and keep ten characters', () => {
  const talk = new Conversation();
  const holder = talk.open(1n);
  talk.write(holder, [create('/a')]);
  worn(talk, { childrenCreated: MAX });
  const sequential = create('/a/', { flags: 2 });
  talk.write(holder, [sequential, sequential, sequential]);
  worn(talk, { childrenCreated: -5 });
  talk.write(holder, [sequential]);
  const children = ['-000000005', '-2147483647', '-2147483648', '2147483647'];
  expect(getChildren(talk.state, [], '/a')).toMatchObject({ children });
});

test('the number of changes of the children wraps', () => {
  const talk = new Conversation();
  talk.write(talk.open(1n), [create('/a')]);
  worn(talk, { childrenCreated: 2 ** 30 });
  const node = talk.state.get('/a');
  expect(node && statOf(node).cversion).toBe(-(2 ** 31));
});
