// Texts that are null: some clients send them, and ZooKeeper 3.8.0 takes some of them.

import { describe, expect, it } from 'vitest';
import { OperationCode } from '../../src/protocols/zookeeper/wire/operation-code.ts';
import { JuteReader, MalformedError } from '../../src/protocols/zookeeper/wire/reader.ts';
import { decodeRequest } from '../../src/protocols/zookeeper/wire/request.ts';
import { type Request, requestBytes, typeOf } from '../support/zookeeper/requests.ts';

const HEADER_BYTES = 8;

function decoded(request: Request) {
  return decodeRequest(typeOf(request), new JuteReader(requestBytes(1, request), HEADER_BYTES));
}

function creating(scheme: string | null, id: string | null): Request {
  const acl = [{ permissions: 31, scheme, id }];
  return { op: 'create', type: 1, path: '/a', data: '', acl, flags: 0 };
}

describe('a null text', () => {
  it('stands for the id of the scheme auth, which has none', () => {
    expect(decoded(creating('auth', null))).toEqual(decoded(creating('auth', '')));
  });

  it('is a scheme that does not exist, and the id of one', () => {
    expect(decoded(creating(null, 'anyone'))).toEqual(decoded(creating('', 'anyone')));
    expect(decoded(creating('none', null))).toEqual(decoded(creating('none', '')));
  });

  it.each(['world', 'digest', 'ip'])('is no id of the scheme %s', (scheme) => {
    expect(() => decoded(creating(scheme, null))).toThrow(MalformedError);
  });

  it('is a path that is refused, or the whole tree, where ZooKeeper does not mind', () => {
    const write = { path: null, version: -1 } as const;
    expect(decoded({ op: 'set-data', data: 'x', ...write })).toMatchObject({ operation: { path: '' } });
    expect(decoded({ op: 'set-acl', acl: [], ...write })).toMatchObject({ operation: { path: '' } });
    expect(decoded({ op: 'get-ephemerals', path: null })).toMatchObject({ path: '' });
    expect(decoded({ op: 'remove-watches', path: null, kind: 1 })).toMatchObject({ path: '' });
    expect(decoded({ op: 'auth', scheme: null, auth: 'x' })).toMatchObject({ scheme: '' });
  });

  it.each(['delete', 'check-watches', 'exists', 'get-data', 'get-children', 'get-acl'] as const)(
    'is no path of %s',
    (op) => {
      const request = { op, path: null, version: -1, watch: false, kind: 1 } as Request;
      expect(() => decoded(request)).toThrow(MalformedError);
    },
  );

  it('has its length as everything has', () => {
    expect(OperationCode.getEphemerals).toBe(103);
    expect(() => decodeRequest(103, new JuteReader(Buffer.from('fffffffe', 'hex')))).toThrow(MalformedError);
  });
});
