// What clients read, with the checks of ZooKeeper 3.8.0 in its order. No path is checked for its form: what
// cannot exist does not. The empty path is the root.

import type { ByteString } from '../../../encoding/byte-string.ts';
import { type Acl, type Identity, Permission } from './acl.ts';
import { ErrorCode } from './error-code.ts';
import { isAllowed, withoutDigests } from './identities.ts';
import { ROOT } from './path.ts';
import type { Stat } from './stat.ts';
import type { TreeState } from './state.ts';
import { statOf, type Znode } from './znode.ts';

export interface ReadFailure {
  readonly error: ErrorCode;
}

/** Anybody may ask. The watch that came with the request is set although the znode is missing. */
export function exists(state: TreeState, path: string): { readonly stat: Stat } | ReadFailure {
  if (path.includes('\0')) return { error: ErrorCode.badArguments };
  const node = state.get(path);
  return node ? { stat: statOf(node) } : { error: ErrorCode.noNode };
}

export function getData(
  state: TreeState,
  identities: readonly Identity[],
  path: string,
): { readonly data: ByteString | null; readonly stat: Stat } | ReadFailure {
  const node = readable(state, identities, path);
  return 'error' in node ? node : { data: node.data, stat: statOf(node) };
}

/** The names of the children, in their order. */
export function getChildren(
  state: TreeState,
  identities: readonly Identity[],
  path: string,
): { readonly children: readonly string[]; readonly stat: Stat } | ReadFailure {
  const node = readable(state, identities, path);
  if ('error' in node) return node;
  return { children: node.numChildren === 0 ? [] : state.childNamesOf(node.path), stat: statOf(node) };
}

/** Who may not change the list does not see the digests in it. */
export function getAcl(
  state: TreeState,
  identities: readonly Identity[],
  path: string,
): { readonly acl: Acl; readonly stat: Stat } | ReadFailure {
  const node = readable(state, identities, path, Permission.read | Permission.admin);
  if ('error' in node) return node;
  const { acl } = node.acl;
  const shown = isAllowed(acl, Permission.admin, identities) ? acl : withoutDigests(acl);
  return { acl: shown, stat: statOf(node) };
}

/** How many znodes are below this one. */
export function countDescendants(
  state: TreeState,
  identities: readonly Identity[],
  path: string,
): { readonly count: number } | ReadFailure {
  const node = readable(state, identities, path);
  if ('error' in node) return node;
  // ZooKeeper has the root under two names, and counts one of them below the empty path.
  if (path === '') return { count: state.nodeCount };
  if (path === ROOT) return { count: state.nodeCount - 1 };
  let count = 0;
  for (const _ of node.numChildren === 0 ? [] : state.descendantsOf(node.path)) count += 1;
  return { count };
}

/** What Java trims. */
const BLANKS = /^[\0-\x20]+|[\0-\x20]+$/g;

/** The ephemeral znodes of the session whose paths begin with `prefix`, in the order of their paths. */
export function ephemeralsOf(state: TreeState, session: bigint, prefix: string | null): string[] {
  const paths = state.ephemeralsOf(session);
  const trimmed = prefix?.replace(BLANKS, '') ?? '';
  return trimmed === '' || trimmed === '/' ? paths : paths.filter((path) => path.startsWith(prefix ?? ''));
}

/** What a client that sets its watches again compares with the last change that it has seen. */
export function lastChangesOf(
  state: TreeState,
  path: string,
): { readonly mzxid: number; readonly pzxid: number } | undefined {
  return state.get(path);
}

function readable(
  state: TreeState,
  identities: readonly Identity[],
  path: string,
  permissions: number = Permission.read,
): Znode | ReadFailure {
  const node = state.get(path);
  if (!node) return { error: ErrorCode.noNode };
  return isAllowed(node.acl.acl, permissions, identities) ? node : { error: ErrorCode.noAuth };
}
