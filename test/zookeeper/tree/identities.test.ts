// Goal: who may do what, and which lists are stored. Method: tables of what ZooKeeper 3.8.0 answers.

import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Acl, Identity } from '../../../src/protocols/zookeeper/tree/acl.ts';
import {
  isAllowed,
  mayRead,
  ofAddress,
  ofPassword,
  storedAcl,
  userOf,
  withoutDigests,
} from '../../../src/protocols/zookeeper/tree/identities.ts';
import { getAcl } from '../../../src/protocols/zookeeper/tree/read.ts';
import { acl, Conversation, create, LOCAL, OPEN, SUPER } from './conversation.ts';

const ME: Identity = { scheme: 'digest', id: 'me:x' };
const ALSO_ME: Identity = { scheme: 'digest', id: 'also:y' };

describe('which lists are stored', () => {
  test.each<[string, string, boolean]>([
    ['world', 'anyone', true],
    ['world', 'somebody', false],
    ['digest', 'user:hash', true],
    ['digest', ':hash', true],
    ['digest', 'user', false],
    ['digest', 'user:', false],
    ['digest', 'a:b:c', false],
    ['digest', 'a:b:', true],
    ['digest', 'a:b::', true],
    ['digest', ':', false],
    ['digest', '', false],
    ['ip', '1.2.3.4', true],
    ['ip', '01.2.3.4', true],
    ['ip', '+1.-0.3.4', true],
    ['ip', '1.2.3.256', false],
    ['ip', '1.2.3', false],
    ['ip', '1.2.3.4.5', false],
    ['ip', '1.2.3.-1', false],
    ['ip', '1.2.3.', false],
    ['ip', '1.2.3.4/0', true],
    ['ip', '1.2.3.4/32', true],
    ['ip', '1.2.3.4/+8', true],
    ['ip', '1.2.3.4/33', false],
    ['ip', '1.2.3.4/', false],
    ['ip', '1.2.3.4/8/9', false],
    ['ip', '1.2.3.4/x', false],
    ['ip', '::1', false],
    ['ip', '', false],
    ['super', '', false],
    ['sasl', 'me', false],
    ['', '', false],
  ])('%s:%s', (scheme, id, isStored) => {
    expect(storedAcl(acl(31, scheme, id), [LOCAL, ME])).toEqual(isStored ? acl(31, scheme, id) : undefined);
    expect(storedAcl([...OPEN, ...acl(31, scheme, id)], [ME]) === undefined).toBe(!isStored);
  });

  test('one is needed', () => {
    expect(storedAcl(null, [ME])).toBeUndefined();
    expect(storedAcl([], [ME])).toBeUndefined();
  });

  test('in place of auth are those that the client has shown, with a password', () => {
    const auth = acl(5, 'auth', 'whatever');
    const stored = [...acl(5, 'digest', 'me:x'), ...acl(5, 'digest', 'also:y')];
    expect(storedAcl(auth, [LOCAL, ME, SUPER, ALSO_ME])).toEqual(stored);
    expect(storedAcl(auth, [LOCAL, SUPER])).toBeUndefined();
  });

  test('a repetition is left out before auth is replaced, and not afterwards', () => {
    const mine = acl(31, 'digest', 'me:x');
    const list: Acl = [...mine, ...acl(31, 'auth', ''), ...mine, ...acl(30, 'digest', 'me:x')];
    expect(storedAcl(list, [ME])).toEqual([...mine, ...mine, ...acl(30, 'digest', 'me:x')]);
  });
});

describe('who fits an entry', () => {
  test.each<[string, string, Identity, boolean]>([
    ['digest', 'me:x', ME, true],
    ['digest', 'me:y', ME, false],
    ['digest', 'also:y', ME, false],
    ['ip', '127.0.0.1', LOCAL, true],
    ['ip', '127.0.0.2', LOCAL, false],
    ['ip', '127.0.0.2/31', LOCAL, false],
    ['ip', '127.0.0.3/30', LOCAL, true],
    ['ip', '127.255.0.0/8', LOCAL, true],
    ['ip', '126.0.0.0/7', LOCAL, true],
    ['ip', '128.0.0.0/1', LOCAL, false],
    ['ip', '128.0.0.0/0', LOCAL, true],
    ['ip', '255.255.255.255/1', ofAddress('200.1.1.1'), true],
    ['ip', '1.2.3.4/0', ofAddress('::1'), false],
    ['ip', 'me:x', ME, false],
    ['digest', '127.0.0.1', LOCAL, false],
  ])('%s:%s', (scheme, id, who, does) => {
    expect(isAllowed(acl(31, scheme, id), 1, [who])).toBe(does);
  });

  test('each permission is for itself', () => {
    for (const permissions of [1, 2, 4, 8, 16]) {
      for (const wanted of [1, 2, 4, 8, 16]) {
        expect(isAllowed(acl(permissions, 'world', 'anyone'), wanted, [])).toBe(permissions === wanted);
      }
    }
    expect(isAllowed(acl(1, 'world', 'anyone'), 17, [])).toBe(true);
    expect(mayRead(acl(30, 'world', 'anyone'), [LOCAL])).toBe(false);
  });

  test('one entry that fits is enough, with one identity that fits', () => {
    const list = [...acl(31, 'digest', 'them:z'), ...acl(1, 'ip', '127.0.0.1'), ...acl(2, 'digest', 'me:x')];
    expect(isAllowed(list, 1, [LOCAL, ME])).toBe(true);
    expect(isAllowed(list, 2, [LOCAL, ME])).toBe(true);
    expect(isAllowed(list, 2, [LOCAL])).toBe(false);
    expect(isAllowed(list, 4, [LOCAL, ME])).toBe(false);
    expect(isAllowed(list, 4, [LOCAL, SUPER])).toBe(true);
  });
});

test('a password is stored as its digest', () => {
  const digest = createHash('sha1').update('super:test:more').digest('base64');
  expect(ofPassword('super:test:more', digest)).toEqual({ scheme: 'digest', id: `super:${digest}` });
  expect(ofPassword('nobody', digest).id).toBe(`nobody:${digest}`);
  expect(userOf(ofPassword('super:test:more', digest))).toBe('super');
  expect(userOf(LOCAL)).toBe('127.0.0.1');
});

test('who may not change the list does not see digests', () => {
  const list = [...acl(31, 'digest', 'me:x'), ...acl(1, 'world', 'anyone'), ...acl(1, 'digest', 'a:b\nc:d')];
  expect(withoutDigests(list)).toEqual([
    ...acl(31, 'digest', 'me:x'),
    ...acl(1, 'world', 'anyone'),
    ...acl(1, 'digest', 'a:x\nc:x'),
  ]);
  expect(withoutDigests(acl(31, 'digest', 'me:secret'))).toEqual(acl(31, 'digest', 'me:x'));
});

test('who may only administer a list reads it, with its digests', () => {
  const talk = new Conversation();
  const holder = talk.open(1n);
  const list = [...acl(16, 'world', 'anyone'), ...acl(31, 'digest', 'me:x')];
  talk.write(holder, [create('/a', { acl: list }), create('/b', { acl: acl(14, 'world', 'anyone') })]);
  expect(getAcl(talk.state, [], '/a')).toMatchObject({ acl: list });
  expect(getAcl(talk.state, [], '/b')).toEqual({ error: -102 });
});
