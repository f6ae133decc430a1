// `ordinal sequences`: numbers that are given out once.

import { group, inNamespace } from '../define.ts';
import { positiveNumber } from '../values.ts';

export function command() {
  return group(
    'sequences',
    {
      summary: 'Sequences: numbers that are given out once, beginning with 1.',
      examples: ['ordinal sequences next invoices', 'ordinal sequences get invoices'],
    },
    [next(), get(), list()],
  );
}

function next() {
  return inNamespace('next', {
    summary: 'Take the next number, or several.',
    details: 'Prints the number, or the first and the last of several.',
    examples: ['ordinal sequences next invoices', 'ordinal sequences next invoices --count 100'],
  })
    .argument('<sequence>', 'The name of the sequence.')
    .option('--count <number>', 'How many numbers. (default: 1)', positiveNumber)
    .action(async (sequence, options) => (await import('./use-sequences.ts')).next(sequence, options));
}

function get() {
  return inNamespace('get', {
    summary: 'Print the last number that was given out; 0 before the first.',
    examples: ['ordinal sequences get invoices'],
  })
    .argument('<sequence>', 'The name of the sequence.')
    .action(async (sequence, options) => (await import('./use-sequences.ts')).get(sequence, options));
}

function list() {
  return inNamespace('list', {
    summary: 'List sequences and their last numbers.',
    examples: ['ordinal sequences list', 'ordinal sequences list --json'],
  })
    .option('--prefix <text>', 'Only sequences that begin with this.')
    .option('--limit <number>', 'The most sequences. (default: all)', positiveNumber)
    .action(async (options) => (await import('./use-sequences.ts')).list(options));
}
