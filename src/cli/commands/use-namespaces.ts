// `ordinal namespaces list|describe|delete`.

import { confirm } from '../confirm.ts';
import { type ConnectionOptions, openOrdinal } from '../connection.ts';
import { looked, no, notFound, settled } from '../failure.ts';
import { fields, json, say } from '../output.ts';
import { type ListOptions, printList } from '../pages.ts';

export async function list(options: ConnectionOptions & ListOptions): Promise<void> {
  const { namespaces } = await openOrdinal(options);
  await printList<{ readonly name: string }, string>(options, {
    headings: ['NAMESPACE'],
    rowOf: ({ name }) => [name],
    whenEmpty: 'no namespaces',
    async page(startAfter, limit) {
      const { names, more } = looked(await namespaces.list({ startAfter, limit }));
      return { entries: names.map((name) => ({ name })), next: more ? names.at(-1) : undefined };
    },
  });
}

interface DeleteOptions extends ConnectionOptions {
  readonly yes?: true | undefined;
}

export async function remove(namespace: string, options: DeleteOptions): Promise<void> {
  const { namespaces } = await openOrdinal(options);
  if (!options.yes) await confirm('the namespace', namespace);
  const result = settled(await namespaces.delete(namespace));
  if (result.kind === 'not-found') throw no('namespace-not-found', `there is no namespace ${namespace}`);
  return options.json ? json({ namespace, ...result }) : say(`deleted ${namespace}`);
}

export async function describe(namespace: string, options: ConnectionOptions): Promise<void> {
  const { namespaces } = await openOrdinal(options);
  const result = looked(await namespaces.describe(namespace));
  if (result.kind === 'not-found')
    throw notFound('namespace-not-found', `there is no namespace ${namespace}`);
  if (options.json) return json(result);
  const { stateMachine } = result;
  const ofKernel = <T>(value: T) => (stateMachine === 'kernel' ? value : undefined);
  return fields({
    namespace,
    'state machine': stateMachine,
    position: result.position,
    applied: ofKernel(result.applied),
    revision: ofKernel(result.revision),
    keys: ofKernel(result.keys),
    leases: ofKernel(result.leases),
    'state bytes': ofKernel(result.stateBytes),
    'snapshot at': result.snapshotPosition,
    'trimmed to': result.trimmedTo,
    'compacted to': ofKernel(result.compactedTo),
  });
}
