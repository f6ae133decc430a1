// `ordinal sequences next|get|list`.

import type { ListedSequence } from '../../api/sequences.ts';
import { type NamespaceOptions, openNamespace } from '../connection.ts';
import { looked, no, settled } from '../failure.ts';
import { json, line } from '../output.ts';
import { type ListOptions, pageAfter, printList } from '../pages.ts';

interface NextOptions extends NamespaceOptions {
  readonly count?: number | undefined;
}

export async function next(sequence: string, options: NextOptions): Promise<void> {
  const { sequences } = await openNamespace(options);
  const result = settled(await sequences.next(sequence, { count: options.count }));
  if (result.kind === 'exhausted') throw no('sequence-exhausted', `${sequence} has no more numbers`);
  if (options.json) return json({ sequence, ...result });
  return line(options.count === undefined ? `${result.first}` : `${result.first} ${result.last}`);
}

export async function get(sequence: string, options: NamespaceOptions): Promise<void> {
  const { sequences } = await openNamespace(options);
  const result = looked(await sequences.lookUp(sequence));
  return options.json ? json({ sequence, ...result }) : line(`${result.last}`);
}

export async function list(options: NamespaceOptions & ListOptions): Promise<void> {
  const { sequences } = await openNamespace(options);
  await printList<ListedSequence, string>(options, {
    headings: ['SEQUENCE', 'LAST'],
    rowOf: ({ name, value }) => [name, value],
    whenEmpty: 'no sequences',
    async page(after, limit) {
      const page = looked(await sequences.list({ prefix: options.prefix, after, limit }));
      return pageAfter(page.sequences, page.more, ({ name }) => name);
    },
  });
}
