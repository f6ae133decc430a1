// `ordinal locks get|list`.

import type { ListedLock } from '../../api/locks.ts';
import { type NamespaceOptions, openNamespace } from '../connection.ts';
import { looked, notFound } from '../failure.ts';
import { json, line, tableText } from '../output.ts';
import { type ListOptions, pageAfter, printList } from '../pages.ts';

export async function get(name: string, options: NamespaceOptions): Promise<void> {
  const { locks } = await openNamespace(options);
  const result = looked(await locks.lookUp(name));
  const { holders, waiters, position } = result;
  if (holders.length === 0) throw notFound('lock-free', `nobody holds ${name}`);
  if (options.json) return json({ name, position, holders, waiters });
  const rows = [
    ...holders.map(({ lease, token }) => ['holds', lease, token]),
    ...waiters.map(({ lease, token }) => ['waits', lease, token]),
  ];
  return line(tableText(['', 'LEASE', 'TOKEN'], rows));
}

export async function list(options: NamespaceOptions & ListOptions): Promise<void> {
  const { locks } = await openNamespace(options);
  await printList<ListedLock, string>(options, {
    headings: ['LOCK', 'HOLDERS', 'TOKEN', 'WAITING'],
    rowOf: ({ name, holders, waiters }) => [
      name,
      holders.map(({ lease }) => lease).join(' '),
      holders[0]?.token,
      waiters.length,
    ],
    whenEmpty: 'no lock is held',
    async page(after, limit) {
      const page = looked(await locks.list({ prefix: options.prefix, after, limit }));
      return pageAfter(page.locks, page.more, ({ name }) => name);
    },
  });
}
