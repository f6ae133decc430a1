// `ordinal names claim|get|release|list`.

import type { NameHolder } from '../../api/names.ts';
import { type NamespaceOptions, openNamespace } from '../connection.ts';
import { looked, no, notFound, settled } from '../failure.ts';
import { fields, json, say } from '../output.ts';
import { type ListOptions, printList } from '../pages.ts';

interface OwnerOptions extends NamespaceOptions {
  readonly owner?: string | undefined;
}

export async function claim(name: string, options: OwnerOptions): Promise<void> {
  const { names } = await openNamespace(options);
  const result = settled(await names.claim(name, options.owner));
  if (result.kind === 'taken') throw no('name-taken', `${name} is held by ${ownerOf(result.holder)}`, result);
  if (options.json) return json(result);
  const { holder } = result;
  const done = result.kind === 'claimed' ? 'claimed' : 'was claimed before:';
  return say(`${done} ${holder.name} for ${holder.owner} at ${holder.claimedAt}`);
}

export async function get(name: string, options: NamespaceOptions): Promise<void> {
  const { names } = await openNamespace(options);
  const result = looked(await names.lookUp(name));
  if (result.kind === 'free') throw notFound('name-free', `nobody has ${name}`);
  if (options.json) return json(result);
  const { holder } = result;
  return fields({ name: holder.name, owner: holder.owner, 'claimed at': holder.claimedAt });
}

export async function release(name: string, options: OwnerOptions): Promise<void> {
  const { names } = await openNamespace(options);
  const result = settled(await names.release(name, options.owner));
  if (result.kind === 'not-held') throw no('name-not-held', `nobody has ${name}`, result);
  if (result.kind === 'not-yours')
    throw no('name-not-yours', `${name} is held by ${ownerOf(result.holder)}`, result);
  return options.json ? json(result) : say(`released ${name}`);
}

export async function list(options: NamespaceOptions & ListOptions): Promise<void> {
  const { names } = await openNamespace(options);
  await printList<NameHolder, string>(options, {
    headings: ['NAME', 'OWNER', 'CLAIMED AT'],
    rowOf: ({ name, owner, claimedAt }) => [name, owner, claimedAt],
    whenEmpty: 'no names',
    async page(cursor, limit) {
      const page = looked(await names.list({ prefix: options.prefix, limit, cursor }));
      return { entries: page.names, next: page.cursor };
    },
  });
}

function ownerOf(holder: NameHolder | undefined): string {
  return holder?.owner ?? 'another owner';
}
