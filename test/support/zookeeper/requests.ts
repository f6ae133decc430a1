// Requests of ZooKeeper as plain data, and as bytes.

import { JuteWriter } from './jute.ts';

interface AclEntry {
  readonly permissions: number;
  readonly scheme: string | null;
  readonly id: string | null;
}

export type Acl = readonly AclEntry[] | null;

export interface Create {
  readonly op: 'create';
  /** create, create2, createContainer or createTTL. */
  readonly type: 1 | 15 | 19 | 21;
  readonly path: string | null;
  readonly data: string | null;
  readonly acl: Acl;
  readonly flags: number;
  /** In milliseconds; only of type 21. */
  readonly ttl?: number;
}

/** A path and a version: delete, or check (in a multi). */
interface Versioned {
  readonly op: 'delete' | 'check';
  readonly path: string | null;
  readonly version: number;
}

interface SetData {
  readonly op: 'set-data';
  readonly path: string | null;
  readonly data: string | null;
  readonly version: number;
}

interface SetAcl {
  readonly op: 'set-acl';
  readonly path: string | null;
  readonly acl: Acl;
  readonly version: number;
}

interface Watching {
  readonly op: 'exists' | 'get-data' | 'get-children' | 'get-children-2';
  readonly path: string | null;
  readonly watch: boolean;
}

interface OfPath {
  readonly op: 'get-acl' | 'sync' | 'get-ephemerals' | 'count-descendants';
  readonly path: string | null;
}

interface Bodiless {
  readonly op: 'ping' | 'who-am-i' | 'close-session';
}

/** `kind`: of watches to look for or to remove; of `add-watch` its mode. */
interface WatchKind {
  readonly op: 'check-watches' | 'remove-watches' | 'add-watch';
  readonly path: string | null;
  readonly kind: number;
}

interface SetWatches {
  readonly op: 'set-watches';
  readonly relativeZxid: number;
  readonly data: readonly string[];
  readonly exist: readonly string[];
  readonly child: readonly string[];
  /** With these it is setWatches2. */
  readonly persistent?: readonly string[];
  readonly recursive?: readonly string[];
}

interface Multi {
  readonly op: 'multi' | 'multi-read';
  readonly operations: readonly Request[];
}

interface Auth {
  readonly op: 'auth';
  readonly scheme: string | null;
  readonly auth: string | null;
}

interface Sasl {
  readonly op: 'sasl';
  readonly token: string | null;
}

interface Reconfig {
  readonly op: 'reconfig';
  readonly joining: string | null;
  readonly leaving: string | null;
  readonly members: string | null;
  readonly config: number;
}

/** A type and a body that need not fit. */
interface Odd {
  readonly op: 'odd';
  readonly type: number;
  /** In hexadecimal digits. */
  readonly body: string;
}

/** A request whose body ends early (`by` below 0) or goes on with zeros. */
interface Resized {
  readonly op: 'resized';
  readonly request: Request;
  readonly by: number;
}

export type Request =
  | Create
  | Versioned
  | SetData
  | SetAcl
  | Watching
  | OfPath
  | Bodiless
  | WatchKind
  | SetWatches
  | Multi
  | Auth
  | Sasl
  | Reconfig
  | Odd
  | Resized;

const TYPES = {
  delete: 2,
  exists: 3,
  'get-data': 4,
  'set-data': 5,
  'get-acl': 6,
  'set-acl': 7,
  'get-children': 8,
  sync: 9,
  ping: 11,
  'get-children-2': 12,
  check: 13,
  multi: 14,
  reconfig: 16,
  'check-watches': 17,
  'remove-watches': 18,
  'multi-read': 22,
  auth: 100,
  sasl: 102,
  'get-ephemerals': 103,
  'count-descendants': 104,
  'add-watch': 106,
  'who-am-i': 107,
  'close-session': -11,
} as const;

export function typeOf(request: Request): number {
  switch (request.op) {
    case 'create':
    case 'odd':
      return request.type;
    case 'set-watches':
      return request.persistent ? 105 : 101;
    case 'resized':
      return typeOf(request.request);
    default:
      return TYPES[request.op];
  }
}

/** The numbers that clients give to requests of these types, whatever came before. */
export function fixedXid(request: Request): number | undefined {
  const type = typeOf(request);
  if (type === TYPES.ping) return -2;
  if (type === TYPES.auth) return -4;
  return type === 101 || type === 105 ? -8 : undefined;
}

/** Without the length before it. */
export function requestBytes(xid: number, request: Request): Buffer {
  return new JuteWriter().int(xid).int(typeOf(request)).raw(bodyBytes(request)).bytes();
}

function bodyBytes(request: Request): Buffer {
  const writer = new JuteWriter();
  writeBody(writer, request);
  return writer.bytes();
}

function writeBody(to: JuteWriter, request: Request): void {
  switch (request.op) {
    case 'create':
      to.sized(request.path).sized(request.data);
      writeAcl(to, request.acl);
      to.int(request.flags);
      if (request.type === 21) to.long(BigInt(request.ttl ?? 0));
      return;
    case 'delete':
    case 'check':
      to.sized(request.path).int(request.version);
      return;
    case 'set-data':
      to.sized(request.path).sized(request.data).int(request.version);
      return;
    case 'set-acl':
      to.sized(request.path);
      writeAcl(to, request.acl);
      to.int(request.version);
      return;
    case 'exists':
    case 'get-data':
    case 'get-children':
    case 'get-children-2':
      to.sized(request.path).bool(request.watch);
      return;
    case 'get-acl':
    case 'sync':
    case 'get-ephemerals':
    case 'count-descendants':
      to.sized(request.path);
      return;
    case 'check-watches':
    case 'remove-watches':
    case 'add-watch':
      to.sized(request.path).int(request.kind);
      return;
    case 'multi':
    case 'multi-read':
      for (const one of request.operations) {
        writeMultiHeader(to, typeOf(one), false);
        writeBody(to, one);
      }
      writeMultiHeader(to, -1, true);
      return;
    case 'set-watches':
      writeSetWatches(to, request);
      return;
    default:
      writeRare(to, request);
  }
}

function writeRare(to: JuteWriter, request: Auth | Sasl | Reconfig | Odd | Resized | Bodiless): void {
  switch (request.op) {
    case 'auth':
      to.int(0).sized(request.scheme).sized(request.auth);
      return;
    case 'sasl':
      to.sized(request.token);
      return;
    case 'reconfig':
      to.sized(request.joining).sized(request.leaving).sized(request.members).long(BigInt(request.config));
      return;
    case 'odd':
      to.raw(Buffer.from(request.body, 'hex'));
      return;
    case 'resized': {
      const whole = bodyBytes(request.request);
      const length = Math.max(0, whole.length + request.by);
      to.raw(Buffer.concat([whole, Buffer.alloc(Math.max(0, request.by))]).subarray(0, length));
      return;
    }
    case 'ping':
    case 'who-am-i':
    case 'close-session':
  }
}

function writeSetWatches(to: JuteWriter, request: SetWatches): void {
  const { data, exist, child, persistent, recursive = [] } = request;
  const lists = persistent ? [data, exist, child, persistent, recursive] : [data, exist, child];
  to.long(BigInt(request.relativeZxid));
  for (const paths of lists) to.vector(paths, (path) => to.sized(path));
}

function writeMultiHeader(to: JuteWriter, type: number, isLast: boolean): void {
  to.int(type).bool(isLast).int(-1);
}

function writeAcl(to: JuteWriter, acl: Acl): void {
  to.vector(acl, ({ permissions, scheme, id }) => to.int(permissions).sized(scheme).sized(id));
}
