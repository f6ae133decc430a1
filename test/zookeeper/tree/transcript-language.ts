// The commands of the transcripts, as their README describes them.

import type { Acl, AclEntry, Identity } from '../../../src/protocols/zookeeper/tree/acl.ts';
import type {
  Command,
  Holder,
  InOrder,
  WriteOperation,
} from '../../../src/protocols/zookeeper/tree/command.ts';
import { ErrorCode } from '../../../src/protocols/zookeeper/tree/error-code.ts';
import type { TreeState } from '../../../src/protocols/zookeeper/tree/state.ts';
import { bytes, LOCAL, OPEN, SUPER } from './conversation.ts';

const LETTERS = { r: 1, w: 2, c: 4, d: 8, a: 16 } as const;
const WORDS: Readonly<Record<string, number>> = { ephemeral: 1, sequential: 2, container: 4, ttl: 5 };

/** What the line asks for, or undefined when it is none of these. */
export function commandOf(line: string, state: TreeState): Command | undefined {
  const [word = '', ...words] = line.split(' ');
  switch (word) {
    case 'open':
      return { kind: 'create-session', ...sessionOf(words) };
    case 'attach':
      return { kind: 'attach-session', ...sessionOf(words) };
    case 'renew':
      return { kind: 'renew-sessions', holders: words.map((one) => holderOf(one, state)) };
    case 'expire':
      return { kind: 'expire-sessions', sessions: words.map(expiryOf) };
    case 'close':
      return { kind: 'close-session', ...inOrder(words[0] ?? '', undefined, state) };
    case 'unused':
      return { kind: 'delete-unused', nodes: words.map(seenOf) };
  }
  const parts = /^([\d@]+)(?:#(\d+))?(?: as ([^:]*))?: ?(.*)$/.exec(line);
  if (!parts) return undefined;
  const [, who = '', number, as = '', rest = ''] = parts;
  return {
    kind: 'write',
    ...inOrder(who, number, state),
    identities: [LOCAL, ...as.split(' ').filter(Boolean).map(identityOf)],
    operations: rest === '' ? [] : rest.split('; ').map(operationOf),
  };
}

function sessionOf(words: readonly string[]): { session: bigint; password: Uint8Array; timeoutMs: number } {
  const [id = '', password = 'secret'] = words;
  return { session: BigInt(id), password: bytes(password), timeoutMs: 4000 };
}

/** `1` is the connection that has the session 1 now, and `1@3` the one that attached it at 3. */
function holderOf(word: string, state: TreeState): Holder {
  const [id = '', at] = word.split('@');
  const session = BigInt(id);
  return { session, attachedAt: Number(at ?? state.sessions.get(session)?.attachedAt ?? 0) };
}

/** Without a number it is the next one. */
function inOrder(who: string, number: string | undefined, state: TreeState): InOrder {
  const holder = holderOf(who, state);
  return { holder, number: Number(number ?? (state.sessions.get(holder.session)?.writes ?? 0) + 1) };
}

function expiryOf(word: string): { session: bigint; renewedAt: number } {
  const [id = '', at = ''] = word.split('@');
  return { session: BigInt(id), renewedAt: Number(at) };
}

function seenOf(word: string): { path: string; mzxid: number; pzxid: number } {
  const [path = '', mzxid, pzxid = mzxid] = word.split('@');
  return { path, mzxid: Number(mzxid), pzxid: Number(pzxid) };
}

export function identityOf(user: string): Identity {
  return user === 'super' ? SUPER : { scheme: 'digest', id: `${user}:hash` };
}

function operationOf(text: string): WriteOperation {
  const [word = '', path = '', ...words] = text.split(' ').map((one) => one.replaceAll('_', ''));
  const version = Number(words.find((one) => /^v-?\d+$/.test(one))?.slice(1) ?? -1);
  const data = words.find((one) => one.startsWith('='))?.slice(1);
  const spelt = words.find((one) => one.startsWith('acl='))?.slice(4);
  const acl = spelt === undefined ? OPEN : aclOf(spelt);
  switch (word) {
    case 'create': {
      const ttl = words.find((one) => one.startsWith('ttl='))?.slice(4);
      const flags = words.reduce((sum, one) => sum + (WORDS[one.replace(/=.*/, '')] ?? 0), 0);
      const ttlMs = ttl === undefined ? {} : { ttlMs: Number(ttl) };
      // Both TTL and sequential are 6.
      const number = ttl !== undefined && flags === 7 ? 6 : flags;
      return { kind: 'create', path, data: bytes(data ?? ''), acl, flags: number, ...ttlMs };
    }
    case 'delete':
    case 'check':
      return { kind: word, path, version };
    case 'set':
      return { kind: 'set-data', path, version, data: data === undefined ? null : bytes(data) };
    case 'set-acl':
      return { kind: 'set-acl', path, version, acl };
    case 'refuse':
      return { kind: 'refuse', error: ErrorCode[path as keyof typeof ErrorCode] };
    default:
      throw new Error(`unknown operation: ${text}`);
  }
}

/** `rw:anyone,cdrwa:auth,r:ann,r:10.0.0.0/8` */
function aclOf(text: string): Acl {
  return text.split(',').filter(Boolean).map(entryOf);
}

function entryOf(text: string): AclEntry {
  const [letters = '', name = ''] = text.split(':');
  const permissions = [...letters].reduce((sum, letter) => sum + LETTERS[letter as keyof typeof LETTERS], 0);
  if (name === 'anyone') return { permissions, identity: { scheme: 'world', id: name } };
  if (name === 'auth') return { permissions, identity: { scheme: 'auth', id: '' } };
  if (/^[\d./]+$/.test(name)) return { permissions, identity: { scheme: 'ip', id: name } };
  return { permissions, identity: identityOf(name) };
}
