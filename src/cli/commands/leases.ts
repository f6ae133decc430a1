// `ordinal leases`: times to live that are renewed.

import { group, inNamespace } from '../define.ts';
import { duration, positiveNumber } from '../values.ts';

export function command() {
  return group(
    'leases',
    {
      summary: 'Leases: a time to live that is kept renewing, and the keys that go when it ends.',
      examples: [
        'ordinal leases grant worker-7 --ttl 30s',
        'ordinal keys put workers/7 up --lease worker-7',
        'ordinal leases renew worker-7',
      ],
    },
    [grant(), renew(), revoke(), get(), list()],
  );
}

function grant() {
  return inNamespace('grant', {
    summary: 'Grant a lease.',
    details: 'If there is a lease of this name it stays as it is.',
    examples: ['ordinal leases grant worker-7 --ttl 30s'],
  })
    .argument('<lease>', 'The name of the lease, which you choose.')
    .requiredOption('--ttl <time>', 'Its time to live, such as 30s.', duration)
    .action(async (lease, options) => (await import('./use-leases.ts')).grant(lease, options));
}

function renew() {
  return inNamespace('renew', {
    summary: 'Start the time to live of leases again.',
    details: 'Ends with 1 if one of them has ended; the others are renewed.',
    examples: ['ordinal leases renew worker-7 worker-8'],
  })
    .argument('<lease...>', 'The names of the leases.')
    .action(async (leases, options) => (await import('./use-leases.ts')).renew(leases, options));
}

function revoke() {
  return inNamespace('revoke', {
    summary: 'End a lease. Its keys, locks and places go in the same step.',
    examples: ['ordinal leases revoke worker-7'],
  })
    .argument('<lease>', 'The name of the lease.')
    .action(async (lease, options) => (await import('./use-leases.ts')).revoke(lease, options));
}

function get() {
  return inNamespace('get', {
    summary: 'Show a lease: how long it lives on, and how many keys go with it.',
    examples: ['ordinal leases get worker-7'],
  })
    .argument('<lease>', 'The name of the lease.')
    .action(async (lease, options) => (await import('./use-leases.ts')).get(lease, options));
}

function list() {
  return inNamespace('list', {
    summary: 'List leases.',
    examples: ['ordinal leases list', 'ordinal leases list --prefix worker- --json'],
  })
    .option('--prefix <text>', 'Only leases that begin with this.')
    .option('--limit <number>', 'The most leases. (default: all)', positiveNumber)
    .action(async (options) => (await import('./use-leases.ts')).list(options));
}
