// `ordinal names`: unique names.

import { group, inNamespace } from '../define.ts';
import { positiveNumber } from '../values.ts';

const NAME = 'The name. All spellings with one canonical form are one name.';
const OWNER = 'Who owns it. May be left out where a JSON Web Token tells.';

export function command() {
  return group(
    'names',
    {
      summary: 'Unique names: a name has at most one owner.',
      examples: ['ordinal names claim alice --owner me', 'ordinal names list --prefix al'],
    },
    [claim(), get(), release(), list()],
  );
}

function claim() {
  return inNamespace('claim', {
    summary: 'Claim a name if it is free.',
    details: 'It is no failure if the owner has it already. Ends with 1 if another owner has it.',
    examples: ['ordinal names claim alice --owner me'],
  })
    .argument('<name>', NAME)
    .option('--owner <owner>', OWNER)
    .action(async (name, options) => (await import('./use-names.ts')).claim(name, options));
}

function get() {
  return inNamespace('get', {
    summary: 'Say who has a name.',
    details: 'Ends with 1 if nobody has it.',
    examples: ['ordinal names get alice', 'ordinal names get alice --json | jq -r .holder.owner'],
  })
    .argument('<name>', NAME)
    .action(async (name, options) => (await import('./use-names.ts')).get(name, options));
}

function release() {
  return inNamespace('release', {
    summary: 'Give a name up.',
    examples: ['ordinal names release alice --owner me'],
  })
    .argument('<name>', NAME)
    .option('--owner <owner>', OWNER)
    .action(async (name, options) => (await import('./use-names.ts')).release(name, options));
}

function list() {
  return inNamespace('list', {
    summary: 'List names and their owners.',
    examples: ['ordinal names list', 'ordinal names list --prefix al --json'],
  })
    .option('--prefix <text>', 'Only names that begin with this.')
    .option('--limit <number>', 'The most names. (default: all)', positiveNumber)
    .action(async (options) => (await import('./use-names.ts')).list(options));
}
