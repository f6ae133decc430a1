// Statistics of a subtree with a quota. ZooKeeper keeps them in the data of a znode, which they change
// without a version and without a zxid. Nothing is refused because of them: that is how ZooKeeper begins,
// too.

import { ofText, toBytes } from '../../../encoding/byte-string.ts';
import { statisticsPathOf, statsPath } from './quota-paths.ts';
import type { TreeState } from './state.ts';
import type { Znode } from './znode.ts';

type Statistics = ReadonlyMap<string, number>;

/** A znode with statistics, before and after a change of what they are about. */
export interface Counted {
  readonly before: Znode;
  readonly after: Znode;
}

/** When `node` is where statistics are kept: the node with those of the present. */
export function firstStatistics(state: TreeState, node: Znode): Counted | undefined {
  const subtree = statisticsPathOf(node.path);
  if (subtree === undefined) return undefined;
  return { before: node, after: withStatistics(node, statisticsOf(state, subtree)) };
}

/** After a change below a path with a quota, or of that path: the statistics, by so much more. */
export function moreStatistics(
  state: TreeState,
  path: string,
  nodes: number,
  bytes: number,
): Counted | undefined {
  const quotaPath = state.quotaAbove(path);
  const before = quotaPath === undefined ? undefined : state.get(statsPath(quotaPath));
  const statistics = before && parsed(before);
  if (!statistics) return undefined;
  const more = new Map(statistics);
  more.set('count', (more.get('count') ?? -1) + nodes);
  more.set('bytes', (more.get('bytes') ?? -1) + bytes);
  return { before, after: withStatistics(before, more) };
}

function withStatistics(node: Znode, statistics: Statistics): Znode {
  return { ...node, data: ofText(textOf(statistics)) };
}

/** Of a znode and everything below it. */
function statisticsOf(state: TreeState, path: string): Statistics {
  const top = state.get(path);
  let count = top ? 1 : 0;
  let bytes = top?.data?.length ?? 0;
  for (const node of top ? state.descendantsOf(top.path) : []) {
    count += 1;
    bytes += node.data?.length ?? 0;
  }
  return new Map([
    ['count', count],
    ['bytes', bytes],
  ]);
}

/** Undefined for a text that a client has put there and that is none of ours: it stays. */
function parsed({ data }: Znode): Statistics | undefined {
  if (data === null) return undefined;
  const values = new Map<string, number>();
  for (const pair of new TextDecoder().decode(toBytes(data)).split(/[,;]+/)) {
    const [name = '', value = ''] = pair.split('=');
    if (pair === '') continue;
    if (!/^[+-]?\d{1,15}$/.test(value)) return undefined;
    values.set(name, Number(value));
  }
  return values;
}

/** As ZooKeeper writes it: older programs stop reading at the second `=`. */
function textOf(values: Statistics): string {
  const head = `count=${values.get('count') ?? -1},bytes=${values.get('bytes') ?? -1}`;
  const names = [...values.keys()].filter((name) => name !== 'count' && name !== 'bytes').sort();
  if (names.length === 0) return head;
  return `${head}=${names.map((name) => `;${name}=${values.get(name)}`).join('')}`;
}
