// Statistics of a subtree with a quota. ZooKeeper keeps them in the data of a znode, which they change without
// a version and without a zxid. Nothing is refused because of them: that is how ZooKeeper begins, too.

import { ofText, toBytes } from '../../../encoding/byte-string.ts';
import { statisticsPathOf, statsPath } from './quota-paths.ts';
import type { TreeState } from './state.ts';
import type { Step } from './step.ts';
import type { Znode } from './znode.ts';

/** Both are -1 where the text does not name them. */
interface Statistics {
  readonly values: ReadonlyMap<string, number>;
}

/** Call it when a znode has been created. */
export function countCreated(step: Step, node: Znode): void {
  const subtree = statisticsPathOf(node.path);
  if (subtree !== undefined) putStatistics(step, node, statisticsOf(step.state, subtree));
  count(step, node.path, 1, node.data?.length ?? 0);
}

export function countDeleted(step: Step, node: Znode): void {
  count(step, node.path, -1, -(node.data?.length ?? 0));
}

export function countChanged(step: Step, before: Znode, after: Znode): void {
  count(step, after.path, 0, (after.data?.length ?? 0) - (before.data?.length ?? 0));
}

function count(step: Step, path: string, nodes: number, bytes: number): void {
  const quotaPath = step.state.quotaAbove(path);
  if (quotaPath === undefined) return;
  const node = step.state.get(statsPath(quotaPath));
  const statistics = node && parsed(node);
  if (!statistics) return;
  const values = new Map(statistics.values);
  values.set('count', (values.get('count') ?? -1) + nodes);
  values.set('bytes', (values.get('bytes') ?? -1) + bytes);
  putStatistics(step, node, { values });
}

function putStatistics(step: Step, node: Znode, statistics: Statistics): void {
  step.putSilently({ ...node, data: ofText(textOf(statistics)) }, node);
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
  return {
    values: new Map([
      ['count', count],
      ['bytes', bytes],
    ]),
  };
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
  return { values };
}

/** As ZooKeeper writes it: older programs stop reading at the second `=`. */
function textOf({ values }: Statistics): string {
  const head = `count=${values.get('count') ?? -1},bytes=${values.get('bytes') ?? -1}`;
  const names = [...values.keys()].filter((name) => name !== 'count' && name !== 'bytes').sort();
  if (names.length === 0) return head;
  return `${head}=${names.map((name) => `;${name}=${values.get(name)}`).join('')}`;
}
