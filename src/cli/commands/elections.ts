// `ordinal elections`: one leader at a time.

import { group, inNamespace } from '../define.ts';
import { duration, positiveNumber } from '../values.ts';

export function command() {
  return group(
    'elections',
    {
      summary: 'Elections: candidates queue, and the first is the leader.',
      examples: [
        'ordinal elections campaign scheduler --value "$HOSTNAME" -- ./scheduler',
        'ordinal elections observe scheduler',
      ],
    },
    [campaign(), observe(), get(), list()],
  );
}

function campaign() {
  return inNamespace('campaign', {
    summary: 'Run a command while leader, or be leader until Ctrl-C.',
    details: `The command is started once elected. It finds the term, which is a fencing token, in ORDINAL_FENCING_TOKEN, and the name of the
election in ORDINAL_ELECTION. It is treated as by locks run. Resigns at the end.

Ends with the exit code of the command, with 75 if not elected in time, and with 76 if the leadership was lost.`,
    examples: [
      'ordinal elections campaign scheduler --value "$HOSTNAME" -- ./scheduler',
      'ordinal elections campaign scheduler --wait 1m -- ./scheduler',
    ],
  })
    .argument('<election>', 'The name of the election.')
    .argument('[command...]', 'The command and its arguments, after "--".')
    .option('--value <text>', 'What others see of the leader, such as its address.')
    .option('--wait <time>', 'How long to wait to be elected. (default: until it is so)', duration)
    .option('--ttl <time>', 'How long others wait for a leader that has vanished. (default: 15s)', duration)
    .option('--kill-after <time>', 'The time between SIGTERM and SIGKILL. (default: 10s)', duration)
    .action(async (election, command, options) =>
      (await import('./campaign.ts')).campaign(election, command, options),
    );
}

function observe() {
  return inNamespace('observe', {
    summary: 'Print the leader now, and after every change, until Ctrl-C.',
    examples: ['ordinal elections observe scheduler', 'ordinal elections observe scheduler --json'],
  })
    .argument('<election>', 'The name of the election.')
    .action(async (election, options) => (await import('./look-at-elections.ts')).observe(election, options));
}

function get() {
  return inNamespace('get', {
    summary: 'Show the leader.',
    details: 'Ends with 1 if there is none.',
    examples: ['ordinal elections get scheduler'],
  })
    .argument('<election>', 'The name of the election.')
    .action(async (election, options) => (await import('./look-at-elections.ts')).get(election, options));
}

function list() {
  return inNamespace('list', {
    summary: 'List elections and their leaders.',
    examples: ['ordinal elections list', 'ordinal elections list --json'],
  })
    .option('--prefix <text>', 'Only elections that begin with this.')
    .option('--limit <number>', 'The most elections. (default: all)', positiveNumber)
    .action(async (options) => (await import('./look-at-elections.ts')).list(options));
}
