// `ordinal groups members|list|watch`.

import type { ListedGroup, Member } from '../../api/groups.ts';
import { type NamespaceOptions, openNamespace } from '../connection.ts';
import { looked } from '../failure.ts';
import { coloured, json, line, shown, table, visibleText } from '../output.ts';
import { type ListOptions, pageAfter, printList } from '../pages.ts';

export async function members(group: string, options: NamespaceOptions): Promise<void> {
  const { groups } = await openNamespace(options);
  const result = looked(await groups.members(group));
  if (options.json) {
    for (const member of result.members) await json(member);
    return;
  }
  const rows = result.members.map(({ name, metadata, lease, joined }) => [
    name,
    shown(metadata),
    lease,
    joined,
  ]);
  await table(['MEMBER', 'METADATA', 'LEASE', 'JOINED'], rows, `nobody is in ${group}`);
}

export async function watch(group: string, options: NamespaceOptions): Promise<void> {
  const { groups } = await openNamespace(options);
  let before: readonly Member[] = [];
  for await (const now of groups.observe(group)) {
    if (options.json) await json({ group, members: now });
    else for (const text of differences(before, now)) await line(text);
    before = now;
  }
}

function differences(before: readonly Member[], now: readonly Member[]): string[] {
  const known = new Map(before.map((member) => [member.name, member]));
  const present = new Set(now.map(({ name }) => name));
  const gone = before.filter(({ name }) => !present.has(name));
  const textOf = ({ name, metadata }: Member) =>
    `${visibleText(name)}${metadata.length === 0 ? '' : `  ${shown(metadata)}`}`;
  return [
    ...gone.map(({ name }) => `${coloured('red', 'left')}    ${visibleText(name)}`),
    ...now.flatMap((member) => {
      const earlier = known.get(member.name);
      if (earlier?.joined !== member.joined) return [`${coloured('green', 'joined')}  ${textOf(member)}`];
      const isSame = Buffer.from(earlier.metadata).equals(member.metadata);
      return isSame ? [] : [`${coloured('yellow', 'changed')} ${textOf(member)}`];
    }),
  ];
}

export async function list(options: NamespaceOptions & ListOptions): Promise<void> {
  const { groups } = await openNamespace(options);
  await printList<ListedGroup, string>(options, {
    headings: ['GROUP', 'MEMBERS'],
    rowOf: ({ name, members: count }) => [name, count],
    whenEmpty: 'no groups',
    async page(after, limit) {
      const page = looked(await groups.list({ prefix: options.prefix, after, limit }));
      return pageAfter(page.groups, page.more, ({ name }) => name);
    },
  });
}
