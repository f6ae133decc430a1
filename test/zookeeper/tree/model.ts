// The tree of znodes as simply as it can be said: a map of paths, copied for each write. Nothing is shared with the
// code that it is a model of, except the types.

import type { Acl, AclEntry, Identity } from '../../../src/protocols/zookeeper/tree/acl.ts';
import type { Command, Create, WriteOperation } from '../../../src/protocols/zookeeper/tree/command.ts';
import type { Change, CommandResult, OperationResult } from '../../../src/protocols/zookeeper/tree/result.ts';
import type { Stat } from '../../../src/protocols/zookeeper/tree/stat.ts';
import type { Applied, At } from '../../../src/state-machine/state-machine.ts';

export interface ModelNode {
  readonly data: Uint8Array | null;
  readonly acl: Acl;
  readonly created: number;
  readonly owner: bigint;
  readonly ttlMs: number | undefined;
  readonly isContainer: boolean;
  readonly stat: Stat;
}

export interface ModelSession {
  readonly password: string;
  readonly timeoutMs: number;
  readonly attachedAt: number;
  readonly writes: number;
  readonly renewedAt: number;
  readonly renewedAtMs: number;
}

class Refusal extends Error {
  readonly code: number;

  constructor(code: number) {
    super();
    this.code = code;
  }
}

const ZERO: Stat = {
  czxid: 0,
  mzxid: 0,
  pzxid: 0,
  ctimeMs: 0,
  mtimeMs: 0,
  version: 0,
  cversion: 0,
  aversion: 0,
  ephemeralOwner: 0n,
  dataLength: 0,
  numChildren: 0,
};

function system(permissions: number, stat: Partial<Stat>): ModelNode {
  return {
    data: new Uint8Array(0),
    acl: [{ permissions, identity: { scheme: 'world', id: 'anyone' } }],
    created: 0,
    owner: 0n,
    ttlMs: undefined,
    isContainer: false,
    stat: { ...ZERO, ...stat },
  };
}

export class Model {
  sessions = new Map<bigint, ModelSession>();
  nodes = new Map<string, ModelNode>([
    ['/', system(31, { cversion: -1, numChildren: 1 })],
    ['/zookeeper', system(31, { cversion: -2, numChildren: 2 })],
    ['/zookeeper/quota', system(31, {})],
    ['/zookeeper/config', system(1, { aversion: -1 })],
  ]);
  #changes: Change[] = [];
  #at: At = { position: 0, timeMs: 0 };

  run(at: At, command: Command): Applied<CommandResult, Change> {
    this.#at = at;
    this.#changes = [];
    const result = this.#result(command);
    return { result, changes: this.#changes };
  }

  #result(command: Command): CommandResult {
    const { position, timeMs } = this.#at;
    const renewed = { renewedAt: position, renewedAtMs: timeMs };
    switch (command.kind) {
      case 'create-session': {
        if (this.sessions.has(command.session)) return { kind: 'session-taken' };
        const password = String(command.password);
        const { timeoutMs } = command;
        this.sessions.set(command.session, {
          password,
          timeoutMs,
          attachedAt: position,
          writes: 0,
          ...renewed,
        });
        return { kind: 'session', timeoutMs };
      }
      case 'attach-session': {
        const { session: id, timeoutMs } = command;
        const session = this.sessions.get(id);
        if (session?.password !== String(command.password)) return { kind: 'session-expired' };
        this.sessions.set(id, { ...session, timeoutMs, attachedAt: position, writes: 0, ...renewed });
        this.#changes.push({ kind: 'session-attached', session: id, attachedAt: position });
        return { kind: 'session', timeoutMs };
      }
      case 'renew-sessions':
        for (const { session: id, attachedAt } of command.holders) {
          const session = this.sessions.get(id);
          if (session?.attachedAt === attachedAt) this.sessions.set(id, { ...session, ...renewed });
        }
        return { kind: 'done' };
      case 'expire-sessions':
        for (const { session: id, renewedAt } of command.sessions) {
          const session = this.sessions.get(id);
          if (session && session.renewedAt <= renewedAt) this.#end(id, true);
        }
        return { kind: 'done' };
      case 'close-session': {
        const { session: id, attachedAt } = command.holder;
        const session = this.sessions.get(id);
        if (!session) return { kind: 'session-expired' };
        if (session.attachedAt !== attachedAt) return { kind: 'session-moved' };
        if (command.number !== session.writes + 1) return { kind: 'out-of-order' };
        this.#end(id, false);
        return { kind: 'done' };
      }
      case 'delete-unused':
        for (const { path, mzxid, pzxid } of command.nodes) {
          const node = this.nodes.get(path);
          const goes = node && (node.isContainer || node.ttlMs !== undefined) && node.stat.numChildren === 0;
          if (goes && node.stat.mzxid === mzxid && node.stat.pzxid === pzxid) this.#remove(path);
        }
        return { kind: 'done' };
      case 'write': {
        const { session: id, attachedAt } = command.holder;
        const session = this.sessions.get(id);
        if (!session) return { kind: 'session-expired' };
        if (session.attachedAt !== attachedAt) return { kind: 'session-moved' };
        if (command.number !== session.writes + 1) return { kind: 'out-of-order' };
        this.sessions.set(id, { ...session, writes: command.number, ...renewed });
        return this.#all(id, command.identities, command.operations);
      }
    }
  }

  #end(id: bigint, expired: boolean): void {
    for (const path of this.ephemeralsOf(id)) this.#remove(path);
    this.sessions.delete(id);
    this.#changes.push({ kind: 'session-ended', session: id, expired });
  }

  ephemeralsOf(id: bigint): string[] {
    return [...this.nodes].flatMap(([path, { owner }]) => (owner === id ? [path] : [])).sort();
  }

  #all(session: bigint, who: readonly Identity[], operations: readonly WriteOperation[]): CommandResult {
    const before = new Map(this.nodes);
    const results: OperationResult[] = [];
    for (const operation of operations) {
      try {
        results.push(this.#one(session, who, operation));
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        this.nodes = before;
        this.#changes = [];
        return { kind: 'refused', failed: results.length, error: error.code as -8 };
      }
    }
    return { kind: 'written', results };
  }

  #one(session: bigint, who: readonly Identity[], operation: WriteOperation): OperationResult {
    switch (operation.kind) {
      case 'refuse':
        throw new Refusal(operation.error);
      case 'create':
        return this.#create(session, who, operation);
      case 'delete': {
        const { path, version } = operation;
        if (!path.includes('/') || path.includes('\0')) throw new Refusal(-8);
        if (['/', '/zookeeper', '/zookeeper/quota', '/zookeeper/config'].includes(path))
          throw new Refusal(-8);
        permit(this.#there(parentOf(path)), 8, who);
        const { stat } = this.#there(path);
        if (version !== -1 && version !== stat.version) throw new Refusal(-103);
        if (stat.numChildren > 0) throw new Refusal(-111);
        this.#remove(path);
        return { kind: 'deleted' };
      }
      case 'set-data': {
        const { path, version, data } = operation;
        if (!isValid(path)) throw new Refusal(-8);
        const node = this.#there(path);
        permit(node, 2, who);
        if (version !== -1 && version !== node.stat.version) throw new Refusal(-103);
        const stat: Stat = {
          ...node.stat,
          version: node.stat.version + 1,
          mzxid: this.#at.position,
          mtimeMs: this.#at.timeMs,
          dataLength: data === null ? 0 : data.length,
        };
        this.nodes.set(path, { ...node, data, stat });
        this.#changes.push({ kind: 'data-changed', path, acl: node.acl });
        return { kind: 'set', stat };
      }
      case 'set-acl': {
        const { path, version } = operation;
        if (!isValid(path)) throw new Refusal(-8);
        const acl = fixed(operation.acl, who);
        const node = this.#there(path);
        permit(node, 16, who);
        if (version !== -1 && version !== node.stat.aversion) throw new Refusal(-103);
        const stat = { ...node.stat, aversion: node.stat.aversion + 1 };
        this.nodes.set(path, { ...node, acl, stat });
        return { kind: 'set', stat };
      }
      case 'check': {
        const { path, version } = operation;
        if (!isValid(path)) throw new Refusal(-8);
        const node = this.#there(path);
        permit(node, 1, who);
        if (version !== -1 && version !== node.stat.version) throw new Refusal(-103);
        return { kind: 'checked' };
      }
    }
  }

  #create(session: bigint, who: readonly Identity[], operation: Create): OperationResult {
    const { flags, ttlMs, data } = operation;
    if (flags < 0 || flags > 6) throw new Refusal(-8);
    const isTtl = flags >= 5;
    if (isTtl !== (ttlMs !== undefined) || (ttlMs !== undefined && (ttlMs <= 0 || ttlMs >= 2 ** 40))) {
      throw new Refusal(-8);
    }
    if (!operation.path.includes('/') || operation.path.includes('\0')) throw new Refusal(-8);
    const acl = fixed(operation.acl, who);
    const parent = this.#there(parentOf(operation.path));
    permit(parent, 4, who);
    let { path } = operation;
    if (flags === 2 || flags === 3 || flags === 6) path += String(parent.created).padStart(10, '0');
    if (!isValid(path)) throw new Refusal(-8);
    if (this.nodes.has(path)) throw new Refusal(-110);
    if (parent.owner > 0n) throw new Refusal(-108);
    const isContainer = operation.isContainer ?? flags === 4;
    const owner = !isContainer && (flags === 1 || flags === 3) ? session : 0n;
    const { position, timeMs } = this.#at;
    const stat: Stat = {
      ...ZERO,
      czxid: position,
      mzxid: position,
      pzxid: position,
      ctimeMs: timeMs,
      mtimeMs: timeMs,
      ephemeralOwner: owner,
      dataLength: data === null ? 0 : data.length,
    };
    const ttl = isTtl && !isContainer ? ttlMs : undefined;
    this.nodes.set(path, { data, acl, created: 0, owner, ttlMs: ttl, isContainer, stat });
    this.#changes.push({ kind: 'created', path, acl });
    this.#childrenChanged(path, 1);
    return { kind: 'created', path, stat };
  }

  #remove(path: string): void {
    const { acl } = this.#there(path);
    this.nodes.delete(path);
    this.#changes.push({ kind: 'deleted', path, acl });
    this.#childrenChanged(path, -1);
  }

  #childrenChanged(child: string, by: number): void {
    const path = parentOf(child);
    const node = this.#there(path);
    const stat: Stat = {
      ...node.stat,
      cversion: node.stat.cversion + 1,
      pzxid: this.#at.position,
      numChildren: node.stat.numChildren + by,
    };
    this.nodes.set(path, { ...node, created: node.created + (by > 0 ? 1 : 0), stat });
    this.#changes.push({ kind: 'children-changed', path, acl: node.acl });
  }

  #there(path: string): ModelNode {
    const node = this.nodes.get(path);
    if (!node) throw new Refusal(-101);
    return node;
  }
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

/** As `PathUtils.validatePath` reads: character by character. */
export function isValid(path: string): boolean {
  if (path[0] !== '/') return false;
  if (path.length === 1) return true;
  const elements = path.slice(1).split('/');
  if (elements.some((element) => ['', '.', '..'].includes(element))) return false;
  return Array.from({ length: path.length }, (_, index) => path.charCodeAt(index)).every(
    (unit) =>
      unit > 0x1f &&
      !(unit >= 0x7f && unit <= 0x9f) &&
      !(unit >= 0xd800 && unit <= 0xf8ff) &&
      !(unit >= 0xfff0),
  );
}

export function permits(acl: Acl, permission: number, who: readonly Identity[]): boolean {
  if (who.some(({ scheme }) => scheme === 'super')) return true;
  return acl.some(
    (entry) =>
      (entry.permissions & permission) !== 0 &&
      (entry.identity.scheme === 'world' || who.some((one) => matches(one, entry.identity))),
  );
}

function permit({ acl }: ModelNode, permission: number, who: readonly Identity[]): void {
  if (!permits(acl, permission, who)) throw new Refusal(-102);
}

function matches(one: Identity, { scheme, id }: Identity): boolean {
  if (one.scheme !== scheme) return false;
  if (scheme !== 'ip') return one.id === id;
  const [address = '', bits = '32'] = id.split('/');
  return binary(one.id).slice(0, Number(bits)) === binary(address).slice(0, Number(bits));
}

function binary(address: string): string {
  return address
    .split('.')
    .map((part) => Number(part).toString(2).padStart(8, '0'))
    .join('');
}

/** Knows the lists that the tests draw. */
function fixed(acl: Acl | null, who: readonly Identity[]): Acl {
  const entries: AclEntry[] = [];
  const seen: string[] = [];
  for (const entry of acl ?? []) {
    const spelt = JSON.stringify(entry);
    if (seen.includes(spelt)) continue;
    seen.push(spelt);
    const { scheme, id } = entry.identity;
    if (scheme === 'auth') {
      const known = who.filter((one) => one.scheme === 'digest');
      if (known.length === 0) throw new Refusal(-114);
      entries.push(...known.map((identity) => ({ ...entry, identity })));
    } else {
      const isGood =
        (scheme === 'world' && id === 'anyone') ||
        (scheme === 'digest' && /^[^:]+:[^:]+$/.test(id)) ||
        (scheme === 'ip' && /^\d+\.\d+\.\d+\.\d+(\/\d+)?$/.test(id));
      if (!isGood) throw new Refusal(-114);
      entries.push(entry);
    }
  }
  if (entries.length === 0) throw new Refusal(-114);
  return entries;
}
