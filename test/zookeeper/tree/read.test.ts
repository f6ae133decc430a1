// Goal: reads of paths that are none answer what ZooKeeper answers. Method: each odd path by itself; the rest is in `model.test.ts`.

import { expect, test } from 'vitest';
import {
  countDescendants,
  exists,
  getAcl,
  getChildren,
  getData,
} from '../../../src/protocols/zookeeper/tree/read.ts';
import { acl, Conversation, create } from './conversation.ts';

function tree(): Conversation['state'] {
  const talk = new Conversation();
  talk.write(talk.open(1n), [create('/a'), create('/a/b'), create('/a/b/c'), create('/a-b'), create('/a0')]);
  return talk.state;
}

test('a path against the rules is not there, and only exists looks for a NUL', () => {
  const state = tree();
  for (const path of ['a', '/a/', '//a', '/a//b', '/.', '/a/../a']) {
    for (const found of [
      exists(state, path),
      getData(state, [], path),
      getAcl(state, [], path),
      getChildren(state, [], path),
      countDescendants(state, [], path),
    ]) {
      expect(found).toEqual({ error: -101 });
    }
  }
  expect(exists(state, '/\0')).toEqual({ error: -8 });
  expect(getData(state, [], '/\0')).toEqual({ error: -101 });
});

test('the empty path is the root, and has one more below it', () => {
  const state = tree();
  expect(getData(state, [], '')).toEqual(getData(state, [], '/'));
  expect(exists(state, '')).toEqual(exists(state, '/'));
  const children = ['a', 'a-b', 'a0', 'zookeeper'];
  expect(getChildren(state, [], '')).toMatchObject({ children });
  expect(countDescendants(state, [], '/')).toEqual({ count: 8 });
  expect(countDescendants(state, [], '')).toEqual({ count: 9 });
});

test('children are not what merely begins alike', () => {
  const state = tree();
  expect(getChildren(state, [], '/a')).toMatchObject({ children: ['b'] });
  expect(countDescendants(state, [], '/a')).toEqual({ count: 2 });
});

test('what is not there is told before who may read it', () => {
  const talk = new Conversation();
  talk.write(talk.open(1n), [create('/a', { acl: acl(31, 'digest', 'me:x') })]);
  expect(getData(talk.state, [], '/a')).toEqual({ error: -102 });
  expect(getData(talk.state, [], '/a/b')).toEqual({ error: -101 });
  expect(exists(talk.state, '/a')).toMatchObject({ stat: { version: 0 } });
});
