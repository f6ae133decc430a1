// `ordinal keys`: values by key.

import { group, inNamespace } from '../define.ts';
import { positiveNumber, wholeNumber } from '../values.ts';

export function command() {
  return group(
    'keys',
    {
      summary: 'Values by key, with versions, conditions, leases, watches and a past.',
      examples: [
        'ordinal keys put config/limit 100',
        'ordinal keys get config/limit',
        'ordinal keys watch --prefix config/',
      ],
    },
    [get(), put(), remove(), list(), watch()],
  );
}

function get() {
  return inNamespace('get', {
    summary: "Print a key's value as it is, or with --json the whole entry.",
    examples: ['ordinal keys get config/limit', 'ordinal keys get config/limit --at 41 --json'],
  })
    .argument('<key>', 'The key.')
    .option('--at <position>', 'As it was at this position.', wholeNumber)
    .action(async (key, options) => (await import('./use-keys.ts')).get(key, options));
}

function put() {
  return inNamespace('put', {
    summary: 'Create or change a key.',
    examples: [
      'ordinal keys put config/limit 100',
      'ordinal keys put config/limit 200 --if-modified 41',
      'ordinal keys put certificate --file server.pem --if-absent',
    ],
  })
    .argument('<key>', 'The key.')
    .argument('[value]', 'The value. (default: standard input)')
    .option('-f, --file <path>', 'The value is the content of this file. "-" is standard input.')
    .option('--if-absent', 'Only if there is no such key.')
    .option('--if-modified <position>', 'Only if its last change is still at this position.', wholeNumber)
    .option('--lease <lease>', 'The key goes when this lease ends.')
    .action(async (key, value, options) => (await import('./use-keys.ts')).put(key, value, options));
}

function remove() {
  return inNamespace('delete', {
    summary: 'Delete a key.',
    examples: ['ordinal keys delete config/limit', 'ordinal keys delete config/limit --if-modified 41'],
  })
    .argument('<key>', 'The key.')
    .option('--if-modified <position>', 'Only if its last change is still at this position.', wholeNumber)
    .action(async (key, options) => (await import('./use-keys.ts')).remove(key, options));
}

function list() {
  return inNamespace('list', {
    summary: 'List keys, all as they were at one position.',
    examples: ['ordinal keys list --prefix config/', 'ordinal keys list --json | jq -r .key'],
  })
    .option('--prefix <text>', 'Only keys that begin with this.')
    .option('--limit <number>', 'The most keys. (default: all)', positiveNumber)
    .option('--at <position>', 'As they were at this position. (default: now)', wholeNumber)
    .action(async (options) => (await import('./use-keys.ts')).list(options));
}

function watch() {
  return inNamespace('watch', {
    summary: 'Print every change of keys, in order and once, until Ctrl-C.',
    details:
      'With --json, a line for each change: {"position", "key", "before", "after"}. Go on later with --after.',
    examples: ['ordinal keys watch --prefix config/', 'ordinal keys watch --after 41 --json'],
  })
    .option('--prefix <text>', 'Only keys that begin with this.')
    .option('--after <position>', 'Begin after this position. (default: now)', wholeNumber)
    .action(async (options) => (await import('./watch-keys.ts')).watch(options));
}
