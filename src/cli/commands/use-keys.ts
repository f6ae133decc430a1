// `ordinal keys get|put|delete|list`.

import type { KeyEntry } from '../../api/keys.ts';
import { VALUE_BYTES_MAX } from '../../limits.ts';
import { type NamespaceOptions, openNamespace } from '../connection.ts';
import { looked, no, notFound, settled, usage } from '../failure.ts';
import { inputOf, wholeOf } from '../input.ts';
import { json, say, shown, write } from '../output.ts';
import { type ListOptions, printList } from '../pages.ts';

interface GetOptions extends NamespaceOptions {
  readonly at?: number | undefined;
}

export async function get(key: string, options: GetOptions): Promise<void> {
  const { keys } = await openNamespace(options);
  const result = looked(await keys.get(key, { at: options.at }));
  if (result.kind === 'not-found') throw notFound('key-not-found', `there is no key ${key}`);
  if (options.json) return json(result.entry);
  await write(result.entry.value);
  // At a terminal the prompt would follow on the same line. In a pipe the value is what it is.
  if (process.stdout.isTTY && result.entry.value.at(-1) !== 0x0a) await write('\n');
}

interface PutOptions extends NamespaceOptions {
  readonly file?: string | undefined;
  readonly ifAbsent?: true | undefined;
  readonly ifModified?: number | undefined;
  readonly lease?: string | undefined;
}

export async function put(key: string, value: string | undefined, options: PutOptions): Promise<void> {
  if (value !== undefined && options.file !== undefined)
    throw usage('the value is an argument or a file, not both');
  const { keys } = await openNamespace(options);
  const bytes = value ?? (await wholeOf(await inputOf(options.file), VALUE_BYTES_MAX));
  const { ifAbsent, ifModified, lease } = options;
  const result = settled(await keys.put(key, bytes, { ifAbsent, ifModified, lease }));
  if (result.kind === 'condition-failed') throw conditionFailed(key, result.entry);
  if (options.json) return json(result);
  return say(`${result.kind} ${key}, version ${result.entry.version}, at ${result.entry.modified}`);
}

interface DeleteOptions extends NamespaceOptions {
  readonly ifModified?: number | undefined;
}

export async function remove(key: string, options: DeleteOptions): Promise<void> {
  const { keys } = await openNamespace(options);
  const result = settled(await keys.delete(key, { ifModified: options.ifModified }));
  if (result.kind === 'not-found') throw no('key-not-found', `there is no key ${key}`, result);
  if (result.kind === 'condition-failed') throw conditionFailed(key, result.entry);
  return options.json ? json(result) : say(`deleted ${key} at ${result.position}`);
}

export async function list(options: NamespaceOptions & ListOptions & GetOptions): Promise<void> {
  const { keys } = await openNamespace(options);
  let { at } = options;
  await printList<KeyEntry, string>(options, {
    headings: ['KEY', 'VALUE', 'VERSION', 'MODIFIED', 'LEASE'],
    rowOf: ({ key, value, version, modified, lease }) => [key, shown(value), version, modified, lease],
    whenEmpty: 'no keys',
    async page(startAfter, limit) {
      const page = looked(await keys.list({ prefix: options.prefix, startAfter, limit, at }));
      at ??= page.position;
      return { entries: page.entries, next: page.more ? page.entries.at(-1)?.key : undefined };
    },
  });
}

function conditionFailed(key: string, entry: KeyEntry | undefined) {
  const now = entry ? `${key} was last changed at ${entry.modified}` : `there is no key ${key}`;
  return no('condition-failed', now, { entry });
}
