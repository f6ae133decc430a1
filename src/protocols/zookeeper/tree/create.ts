// How a znode comes to be.

import { ofBytes } from '../../../encoding/byte-string.ts';
import { Permission } from './acl.ts';
import type { SharedAcl } from './acl-table.ts';
import type { Create } from './command.ts';
import { ErrorCode } from './error-code.ts';
import { isAllowed, storedAcl } from './identities.ts';
import { isPath, parentPath } from './path.ts';
import type { OperationResult } from './result.ts';
import type { Step, Writer } from './step.ts';
import { CONTAINER, type Lifetime, PERSISTENT, statOf, type Znode } from './znode.ts';

/** The flags of a request, by their number. */
const MODES = [
  { lifetime: 'persistent', isSequential: false },
  { lifetime: 'session', isSequential: false },
  { lifetime: 'persistent', isSequential: true },
  { lifetime: 'session', isSequential: true },
  { lifetime: 'container', isSequential: false },
  { lifetime: 'ttl', isSequential: false },
  { lifetime: 'ttl', isSequential: true },
] as const satisfies readonly { lifetime: Lifetime['kind']; isSequential: boolean }[];

/** 34 years. */
const TTL_MS_MAX = 2 ** 40 - 1;

export function create(step: Step, writer: Writer, operation: Create): OperationResult | ErrorCode {
  const lifetime = lifetimeOf(operation, writer.session);
  const above = parentPath(operation.path);
  if (!lifetime || above === undefined) return ErrorCode.badArguments;
  const acl = storedAcl(operation.acl, writer.identities);
  if (!acl) return ErrorCode.invalidAcl;
  const parent = step.state.get(above);
  if (!parent) return ErrorCode.noNode;
  if (!isAllowed(parent.acl.acl, Permission.create, writer.identities)) return ErrorCode.noAuth;
  const path = numbered(operation, parent);
  if (!isPath(path)) return ErrorCode.badArguments;
  if (step.state.get(path)) return ErrorCode.nodeExists;
  if (parent.lifetime.kind === 'session') return ErrorCode.noChildrenForEphemerals;
  const node = newNode(step, path, operation.data, step.state.acls.share(acl), lifetime);
  step.create(node, parent);
  return { kind: 'created', path, stat: statOf(node) };
}

/** Undefined for flags that do not exist, and for a time to live that does not fit them. */
function lifetimeOf({ flags, ttlMs, isContainer }: Create, session: bigint): Lifetime | undefined {
  const mode = MODES[flags];
  if (!mode) return undefined;
  if (mode.lifetime === 'ttl') {
    if (ttlMs === undefined || ttlMs < 1 || ttlMs > TTL_MS_MAX) return undefined;
  } else if (ttlMs !== undefined) {
    return undefined;
  }
  if (isContainer ?? mode.lifetime === 'container') return CONTAINER;
  switch (mode.lifetime) {
    case 'session':
      return { kind: 'session', session };
    case 'ttl':
      return ttlMs === undefined ? undefined : { kind: 'ttl', ttlMs };
    default:
      return PERSISTENT;
  }
}

/** The path, behind it the number of the child in ten digits where one is asked for. */
function numbered({ path, flags }: Create, { childrenCreated }: Znode): string {
  if (!MODES[flags]?.isSequential) return path;
  const digits = String(Math.abs(childrenCreated));
  // As `%010d` shows a number that has wrapped. Joined, and not added: V8 keeps the parts of a sum.
  return childrenCreated < 0
    ? [path, '-', digits.padStart(9, '0')].join('')
    : [path, digits.padStart(10, '0')].join('');
}

function newNode(
  { at: { position, timeMs } }: Step,
  path: string,
  data: Uint8Array | null,
  acl: SharedAcl,
  lifetime: Lifetime,
): Znode {
  return {
    path,
    data: data && ofBytes(data),
    acl,
    lifetime,
    czxid: position,
    mzxid: position,
    pzxid: position,
    ctimeMs: timeMs,
    mtimeMs: timeMs,
    version: 0,
    aversion: 0,
    childrenCreated: 0,
    numChildren: 0,
  };
}
