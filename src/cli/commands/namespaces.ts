// `ordinal namespaces`: coordination states, each by itself.

import { group, remote } from '../define.ts';
import { positiveNumber } from '../values.ts';

export function command() {
  return group(
    'namespaces',
    {
      summary: 'Namespaces: coordination states, each by itself and with an order of its own.',
      examples: ['ordinal namespaces list', 'ordinal namespaces describe default'],
    },
    [list(), describe(), remove()],
  );
}

function list() {
  return remote('list', {
    summary: 'List the namespaces that were written to.',
    examples: ['ordinal namespaces list'],
  })
    .option('--limit <number>', 'The most namespaces. (default: all)', positiveNumber)
    .action(async (options) => (await import('./use-namespaces.ts')).list(options));
}

function describe() {
  return remote('describe', {
    summary: 'Say where a namespace is and how large it is.',
    examples: ['ordinal namespaces describe default', 'ordinal namespaces describe default --json'],
  })
    .argument('<namespace>', 'The name of the namespace.')
    .action(async (namespace, options) => (await import('./use-namespaces.ts')).describe(namespace, options));
}

function remove() {
  return remote('delete', {
    summary: 'Delete a namespace and all that it holds.',
    details:
      'It can be written to again, and begins empty; positions go on. Asks first, unless --yes is given.',
    examples: ['ordinal namespaces delete test', 'ordinal namespaces delete test --yes'],
  })
    .argument('<namespace>', 'The name of the namespace.')
    .option('-y, --yes', 'Do not ask.')
    .action(async (namespace, options) => (await import('./use-namespaces.ts')).remove(namespace, options));
}
