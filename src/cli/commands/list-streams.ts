// `ordinal streams list`.

import type { ListedStream } from '../../api/streams.ts';
import { type ConnectionOptions, openOrdinal } from '../connection.ts';
import { looked } from '../failure.ts';
import { type ListOptions, pageAfter, printList } from '../pages.ts';

export async function list(options: ConnectionOptions & ListOptions): Promise<void> {
  const { streams } = await openOrdinal(options);
  await printList<ListedStream, string>(options, {
    headings: ['STREAM', 'CONTENT TYPE', 'TAIL', 'CLOSED'],
    rowOf: ({ name, contentType, tail, closed }) => [name, contentType, tail, closed ? 'yes' : 'no'],
    whenEmpty: 'no streams',
    async page(after, limit) {
      const page = looked(await streams.list({ prefix: options.prefix, after, limit }));
      return pageAfter(page.streams, page.more, ({ name }) => name);
    },
  });
}
