// `ordinal locks`: mutual exclusion.

import { group, inNamespace } from '../define.ts';
import { duration, positiveNumber } from '../values.ts';

export function command() {
  return group(
    'locks',
    {
      summary: 'Locks with fencing tokens, granted in the order of requests.',
      examples: [
        'ordinal locks run nightly -- ./backup.sh',
        'ordinal locks get nightly',
        'ordinal locks list --prefix job/',
      ],
    },
    [run(), get(), list()],
  );
}

function run() {
  return inNamespace('run', {
    summary: 'Run a command while holding a lock.',
    details: `The command finds the fencing token in ORDINAL_FENCING_TOKEN, and the name of the lock in ORDINAL_LOCK. Signals are forwarded to it.
When the lock is lost, or may be, the command gets SIGTERM, and SIGKILL if it has not ended by then; without a terminal, all
processes that it has started in its process group get them, too. Then the lock is released.

Ends with the exit code of the command, with 75 if the lock was not had in time, and with 76 if it was lost.`,
    examples: [
      'ordinal locks run nightly -- ./backup.sh --full',
      'ordinal locks run nightly --wait 0 -- ./backup.sh || echo "somebody else is at it"',
      `ordinal locks run deploy --wait 10m -- sh -c 'deploy --token "$ORDINAL_FENCING_TOKEN"'`,
    ],
  })
    .argument('<lock>', 'The name of the lock.')
    .argument('<command...>', 'The command and its arguments, after "--".')
    .option(
      '--wait <time>',
      'How long to wait for the lock; 0 only tries. (default: until it is there)',
      duration,
    )
    .option('--ttl <time>', 'How long others wait for a holder that has vanished. (default: 15s)', duration)
    .option(
      '--holders <number>',
      'How many may hold it at once. All must name the same. (default: 1)',
      positiveNumber,
    )
    .option('--kill-after <time>', 'The time between SIGTERM and SIGKILL. (default: 10s)', duration)
    .action(async (lock, command, options) => (await import('./run-locked.ts')).run(lock, command, options));
}

function get() {
  return inNamespace('get', {
    summary: 'Show the holders of a lock and its queue.',
    details: 'Ends with 1 if nobody holds it.',
    examples: ['ordinal locks get nightly', 'ordinal locks get nightly --json'],
  })
    .argument('<lock>', 'The name of the lock.')
    .action(async (lock, options) => (await import('./look-at-locks.ts')).get(lock, options));
}

function list() {
  return inNamespace('list', {
    summary: 'List the locks that are held, with their holders and queues.',
    examples: ['ordinal locks list', 'ordinal locks list --prefix job/ --json'],
  })
    .option('--prefix <text>', 'Only locks that begin with this.')
    .option('--limit <number>', 'The most locks. (default: all)', positiveNumber)
    .action(async (options) => (await import('./look-at-locks.ts')).list(options));
}
