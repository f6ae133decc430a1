// `ordinal leases grant|renew|revoke|get|list`.

import type { LeaseState } from '../../api/leases.ts';
import { type NamespaceOptions, openNamespace } from '../connection.ts';
import { looked, no, notFound, settled } from '../failure.ts';
import { fields, json, say } from '../output.ts';
import { type ListOptions, pageAfter, printList } from '../pages.ts';

export async function grant(
  lease: string,
  options: NamespaceOptions & { readonly ttl: number },
): Promise<void> {
  const { leases } = await openNamespace(options);
  const result = settled(await leases.grant(lease, options.ttl));
  if (options.json) return json(result);
  return say(
    `${result.kind === 'granted' ? 'granted' : 'there is'} ${lease}, time to live ${result.ttlMs} ms`,
  );
}

export async function renew(names: readonly string[], options: NamespaceOptions): Promise<void> {
  const { leases } = await openNamespace(options);
  const { ttlsMs, position } = settled(await leases.renew(names));
  const ended = names.filter((_, index) => ttlsMs[index] === undefined);
  const renewed = names.flatMap((lease, index) => {
    const ttlMs = ttlsMs[index];
    return ttlMs === undefined ? [] : [{ lease, ttlMs }];
  });
  if (options.json) await json({ position, renewed, ended });
  else for (const { lease, ttlMs } of renewed) await say(`renewed ${lease}, time to live ${ttlMs} ms`);
  if (ended.length > 0) throw notFound('lease-not-found', `ended, or never granted: ${ended.join(', ')}`);
}

export async function revoke(lease: string, options: NamespaceOptions): Promise<void> {
  const { leases } = await openNamespace(options);
  const result = settled(await leases.revoke(lease));
  if (result.kind === 'not-found') throw no('lease-not-found', `there is no lease ${lease}`, result);
  return options.json ? json({ lease, ...result }) : say(`revoked ${lease}`);
}

export async function get(lease: string, options: NamespaceOptions): Promise<void> {
  const { leases } = await openNamespace(options);
  const result = looked(await leases.lookUp(lease));
  if (result.kind === 'not-found') throw notFound('lease-not-found', `there is no lease ${lease}`);
  if (options.json) return json(result);
  const { ttlMs, leftMs, keys } = result;
  return fields({ lease, 'time to live': `${ttlMs} ms`, left: `${leftMs} ms`, keys });
}

export async function list(options: NamespaceOptions & ListOptions): Promise<void> {
  const { leases } = await openNamespace(options);
  await printList<LeaseState, string>(options, {
    headings: ['LEASE', 'TTL MS', 'LEFT MS', 'KEYS'],
    rowOf: ({ lease, ttlMs, leftMs, keys }) => [lease, ttlMs, leftMs, keys],
    whenEmpty: 'no leases',
    async page(after, limit) {
      const page = looked(await leases.list({ prefix: options.prefix, after, limit }));
      return pageAfter(page.leases, page.more, ({ lease }) => lease);
    },
  });
}
