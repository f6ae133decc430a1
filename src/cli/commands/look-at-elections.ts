// `ordinal elections observe|get|list`.

import type { Leader, ListedElection } from '../../api/elections.ts';
import { type NamespaceOptions, openNamespace } from '../connection.ts';
import { looked, notFound } from '../failure.ts';
import { fields, json, line, shown, visibleText } from '../output.ts';
import { type ListOptions, pageAfter, printList } from '../pages.ts';

export async function observe(election: string, options: NamespaceOptions): Promise<void> {
  const { elections } = await openNamespace(options);
  for await (const leader of elections.observe(election)) {
    await (options.json ? json({ election, leader: leader ?? null }) : line(textOf(leader)));
  }
}

function textOf(leader: Leader | undefined): string {
  if (!leader) return 'no leader';
  const value = leader.value.length === 0 ? '' : `  ${shown(leader.value)}`;
  return `term ${leader.term}  lease ${visibleText(leader.lease)}${value}`;
}

export async function get(election: string, options: NamespaceOptions): Promise<void> {
  const { elections } = await openNamespace(options);
  const { leader, candidates, position } = looked(await elections.lookUp(election));
  if (!leader) throw notFound('no-leader', `${election} has no leader`);
  if (options.json) return json({ election, leader, candidates, position });
  const { lease, term, value } = leader;
  return fields({ election, lease, term, value: shown(value), candidates });
}

export async function list(options: NamespaceOptions & ListOptions): Promise<void> {
  const { elections } = await openNamespace(options);
  await printList<ListedElection, string>(options, {
    headings: ['ELECTION', 'TERM', 'LEADER', 'VALUE', 'CANDIDATES'],
    rowOf: ({ name, leader, candidates }) => [
      name,
      leader?.term,
      leader?.lease,
      leader && shown(leader.value),
      candidates,
    ],
    whenEmpty: 'no elections',
    async page(after, limit) {
      const page = looked(await elections.list({ prefix: options.prefix, after, limit }));
      return pageAfter(page.elections, page.more, ({ name }) => name);
    },
  });
}
