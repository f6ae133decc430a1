// Who a client is, and what an access control list lets it do.

import { type Acl, type AclEntry, type Identity, Permission } from './acl.ts';
import { isAddressRange, isInRange } from './ip-range.ts';

/** All may do everything. */
export const OPEN_ACL: Acl = [{ permissions: 31, identity: { scheme: 'world', id: 'anyone' } }];
/** All may read. */
export const READ_ACL: Acl = [{ permissions: 1, identity: { scheme: 'world', id: 'anyone' } }];

/** Passes every check. */
export const SUPER: Identity = { scheme: 'super', id: '' };

/** What a connection from this address is from the start. */
export function ofAddress(address: string): Identity {
  return { scheme: 'ip', id: address };
}

/**
 * What `user:password` shows.
 *
 * @param sha1InBase64 the digest of the whole `user:password`, as UTF-8
 */
export function ofPassword(userAndPassword: string, sha1InBase64: string): Identity {
  const [user = ''] = userAndPassword.split(':', 1);
  return { scheme: 'digest', id: `${user}:${sha1InBase64}` };
}

/** The part of the identity that everybody may see. */
export function userOf({ scheme, id }: Identity): string {
  return scheme === 'digest' ? (id.split(':', 1)[0] ?? '') : id;
}

/** @param permissions one of `Permission`, or a sum of which one is enough */
export function isAllowed(acl: Acl, permissions: number, identities: readonly Identity[]): boolean {
  for (const entry of acl) {
    if ((entry.permissions & permissions) !== 0 && fits(entry, identities)) return true;
  }
  for (const { scheme } of identities) if (scheme === SUPER.scheme) return true;
  return false;
}

export function mayRead(acl: Acl, identities: readonly Identity[]): boolean {
  return isAllowed(acl, Permission.read, identities);
}

function fits({ identity: { scheme, id } }: AclEntry, identities: readonly Identity[]): boolean {
  if (isWorld(scheme, id)) return true;
  for (const one of identities) if (one.scheme === scheme && isOneOf(scheme, one.id, id)) return true;
  return false;
}

function isOneOf(scheme: string, id: string, expression: string): boolean {
  return scheme === 'ip' ? isInRange(id, expression) : id === expression;
}

function isWorld(scheme: string, id: string): boolean {
  return scheme === 'world' && id === 'anyone';
}

/**
 * The list as it is stored: without repetitions, and with the identities of the client in place of `auth`.
 * Undefined when the list is empty or has an entry that means nothing.
 */
export function storedAcl(acl: Acl | null, identities: readonly Identity[]): Acl | undefined {
  const entries: AclEntry[] = [];
  for (const entry of withoutRepetitions(acl ?? [])) {
    const stored = storedEntries(entry, identities);
    if (stored.length === 0) return undefined;
    entries.push(...stored);
  }
  return entries.length === 0 ? undefined : entries;
}

/** ZooKeeper does this before it replaces `auth`, so what is stored may have repetitions. */
function withoutRepetitions(acl: Acl): Acl {
  if (acl.length < 2) return acl;
  const seen = new Set<string>();
  return acl.filter(({ permissions, identity: { scheme, id } }) => {
    const key = JSON.stringify([permissions, scheme, id]);
    return !seen.has(key) && seen.add(key);
  });
}

function storedEntries(entry: AclEntry, identities: readonly Identity[]): AclEntry[] {
  const { permissions, identity } = entry;
  const { scheme, id } = identity;
  if (scheme === 'auth') {
    return identities.filter(isAuthenticated).map((one) => ({ permissions, identity: one }));
  }
  return isWorld(scheme, id) || isExpression(scheme, id) ? [entry] : [];
}

/** An address shows where a client is, and not who. */
function isAuthenticated({ scheme }: Identity): boolean {
  return scheme === 'digest';
}

function isExpression(scheme: string, id: string): boolean {
  if (scheme === 'ip') return isAddressRange(id);
  return scheme === 'digest' && isDigest(id);
}

/** Two parts, as Java splits a text: empty parts at the end do not count. */
function isDigest(id: string): boolean {
  return id.replace(/:+$/, '').split(':').length === 2;
}

/** As a client sees the list that may not change it. */
export function withoutDigests(acl: Acl): Acl {
  return acl.map((entry) => {
    const { permissions, identity } = entry;
    if (identity.scheme !== 'digest') return entry;
    return { permissions, identity: { scheme: 'digest', id: hidden(identity.id) } };
  });
}

/** As ZooKeeper replaces `:.*` in Java, where a point is no end of a line. */
function hidden(id: string): string {
  return id.replace(/:[^\n\r\x85\u2028\u2029]*/g, ':x');
}
