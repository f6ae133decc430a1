// `ordinal keys watch`.

import type { KeyChange } from '../../api/watch.ts';
import { type NamespaceOptions, openNamespace } from '../connection.ts';
import { looked } from '../failure.ts';
import { coloured, json, line, shown, visibleText } from '../output.ts';

interface WatchOptions extends NamespaceOptions {
  readonly prefix?: string | undefined;
  readonly after?: number | undefined;
}

export async function watch(options: WatchOptions): Promise<void> {
  const namespace = await openNamespace(options);
  for await (const event of namespace.watch({ prefix: options.prefix, after: options.after })) {
    if (event.kind === 'progress') continue;
    const { kind: _, ...change } = looked(event);
    await (options.json ? json(change) : line(textOf(change)));
  }
}

function textOf({ position, key, before, after }: Omit<KeyChange, 'kind'>): string {
  const name = visibleText(key);
  if (!after) return `${position}  ${coloured('red', 'delete')}  ${name}`;
  const lease = after.lease === undefined ? '' : `  (lease ${visibleText(after.lease)})`;
  const done = before ? coloured('yellow', 'change') : coloured('green', 'create');
  return `${position}  ${done}  ${name} = ${shown(after.value)}${lease}`;
}
