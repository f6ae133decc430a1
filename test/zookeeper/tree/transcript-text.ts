// What the transcripts show of results and of the tree, as lines.

import { toText } from '../../../src/encoding/byte-string.ts';
import type { Acl } from '../../../src/protocols/zookeeper/tree/acl.ts';
import { ErrorCode } from '../../../src/protocols/zookeeper/tree/error-code.ts';
import type { Change, CommandResult, OperationResult } from '../../../src/protocols/zookeeper/tree/result.ts';
import type { Stat } from '../../../src/protocols/zookeeper/tree/stat.ts';
import type { TreeState } from '../../../src/protocols/zookeeper/tree/state.ts';
import { statOf, type Znode } from '../../../src/protocols/zookeeper/tree/znode.ts';

export function linesOf(zxid: number, result: CommandResult, changes: readonly Change[]): string[] {
  const told = changes.length === 0 ? [] : [`told: ${changes.map(changeText).join(' ')}`];
  const [headline = '', ...more] = resultLines(result);
  return [`zxid ${zxid}: ${headline}`, ...more, ...told];
}

function resultLines(result: CommandResult): string[] {
  switch (result.kind) {
    case 'written':
      return result.results.length === 0 ? ['written'] : result.results.map(operationText);
    case 'refused':
      return [`refused, operation ${result.failed}: ${nameOf(result.error)}`];
    case 'session':
      return [`session, ${result.timeoutMs} ms`];
    default:
      return [result.kind];
  }
}

export function nameOf(error: number): string {
  return Object.entries(ErrorCode).find(([, code]) => code === error)?.[0] ?? String(error);
}

function operationText(result: OperationResult): string {
  switch (result.kind) {
    case 'created':
      return `created ${result.path}`;
    case 'set':
      return `set, ${statText(result.stat)}`;
    default:
      return result.kind;
  }
}

const SIGNS = { created: '+', deleted: '-', 'data-changed': '=', 'children-changed': '~' } as const;

function changeText(change: Change): string {
  if ('path' in change) return `${SIGNS[change.kind]}${change.path}`;
  if (change.kind === 'session-attached') return `${change.session}@${change.attachedAt}`;
  return `${change.session} ${change.expired ? 'expired' : 'closed'}`;
}

/** Versions of the data, of the children and of the list; then the zxids, and the times in seconds. */
export function statText(stat: Stat): string {
  const { version, cversion, aversion, czxid, mzxid, pzxid, ctimeMs, mtimeMs } = stat;
  const times = `${ctimeMs / 1000}s/${mtimeMs / 1000}s`;
  const owner = stat.ephemeralOwner === 0n ? '' : `, owner ${stat.ephemeralOwner}`;
  return `v ${version}/${cversion}/${aversion}, zxid ${czxid}/${mzxid}/${pzxid}, ${times}${owner}`;
}

export function stateLines(state: TreeState): string[] {
  const sessions = [...state.sessions.values()].map(
    ({ id, attachedAt, renewedAt }) => `session ${id}, attached at ${attachedAt}, renewed at ${renewedAt}`,
  );
  const nodes = [state.get('/'), ...state.descendantsOf('/')].filter((node) => node !== undefined);
  const shown = nodes.filter(({ path }) => !path.startsWith('/zookeeper/'));
  return [...sessions, ...shown.map(nodeText)];
}

function nodeText(node: Znode): string {
  const data = node.data === null ? 'null' : `"${toText(node.data)}"`;
  const list = aclText(node.acl.acl);
  return `${node.path} ${data} ${statText(statOf(node))}${list === 'rwcda:anyone' ? '' : `, ${list}`}`;
}

export function aclText(acl: Acl): string {
  return acl.map(({ permissions, identity: { id } }) => `${lettersOf(permissions)}:${id}`).join(',');
}

function lettersOf(permissions: number): string {
  return [...'rwcda'].filter((_, bit) => (permissions & (1 << bit)) !== 0).join('');
}
