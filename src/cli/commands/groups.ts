// `ordinal groups`: who is present.

import { group, inNamespace } from '../define.ts';
import { duration, positiveNumber } from '../values.ts';

export function command() {
  return group(
    'groups',
    {
      summary: 'Groups: the members that are present, each with metadata of its own.',
      examples: [
        'ordinal groups join workers "$HOSTNAME" -- ./worker',
        'ordinal groups list',
        'ordinal groups watch workers',
      ],
    },
    [join(), members(), list(), watch()],
  );
}

function join() {
  return inNamespace('join', {
    summary: 'Be a member while a command runs, or until Ctrl-C.',
    details: `The command finds the names in ORDINAL_GROUP and ORDINAL_MEMBER. It is treated as by locks run: when the membership is lost, it
is ended, and 76 is the exit code. Leaves at the end.`,
    examples: [
      'ordinal groups join workers "$HOSTNAME" --metadata 10.0.0.7:80 -- ./worker',
      'ordinal groups join workers me',
    ],
  })
    .argument('<group>', 'The name of the group.')
    .argument('<member>', 'The name of the member.')
    .argument('[command...]', 'The command and its arguments, after "--".')
    .option('--metadata <text>', 'What others see of the member.')
    .option('--ttl <time>', 'How long a member that has vanished is still shown. (default: 15s)', duration)
    .option('--kill-after <time>', 'The time between SIGTERM and SIGKILL. (default: 10s)', duration)
    .action(async (name, member, command, options) =>
      (await import('./join-group.ts')).join(name, member, command, options),
    );
}

function members() {
  return inNamespace('members', {
    summary: 'List the members of a group.',
    examples: ['ordinal groups members workers', 'ordinal groups members workers --json | jq -r .name'],
  })
    .argument('<group>', 'The name of the group.')
    .action(async (name, options) => (await import('./look-at-groups.ts')).members(name, options));
}

function list() {
  return inNamespace('list', {
    summary: 'List groups and how many members each has.',
    examples: ['ordinal groups list', 'ordinal groups list --json'],
  })
    .option('--prefix <text>', 'Only groups that begin with this.')
    .option('--limit <number>', 'The most groups. (default: all)', positiveNumber)
    .action(async (options) => (await import('./look-at-groups.ts')).list(options));
}

function watch() {
  return inNamespace('watch', {
    summary: 'Print who is there, and then who comes and goes, until Ctrl-C.',
    details: 'With --json, a line with all members after every change.',
    examples: ['ordinal groups watch workers', 'ordinal groups watch workers --json'],
  })
    .argument('<group>', 'The name of the group.')
    .action(async (name, options) => (await import('./look-at-groups.ts')).watch(name, options));
}
