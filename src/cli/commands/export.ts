// `ordinal export`.

import { group, remote } from '../define.ts';
import { wholeNumber } from '../values.ts';

export function command() {
  return group(
    'export',
    {
      summary: 'Write a stream, or the keys of a namespace, as JSON lines with a digest.',
      details: 'docs/export-format.md describes the lines.',
      examples: [
        'ordinal export stream orders > orders.jsonl',
        'ordinal export namespace default --output keys.jsonl',
        'ordinal export stream orders | ordinal import stream orders --context other',
      ],
    },
    [stream(), namespace()],
  );
}

function stream() {
  return remote('stream', {
    summary: 'Export the records of a stream, up to its end as it is now.',
    details: `An export that was cut off goes on with --output and --resume: the digest at the end is that of the whole file. One that went
into a pipe goes on with --after, as another export that is imported after the first.`,
    examples: [
      'ordinal export stream orders > orders.jsonl',
      'ordinal export stream orders --output orders.jsonl --resume',
      'ordinal export stream orders --after 5000 > more.jsonl',
    ],
  })
    .argument('<stream>', 'The path of the stream.')
    .option('--after <position>', 'Begin after this position. Only of a JSON stream.', wholeNumber)
    .option('-o, --output <file>', 'Write this file, which must not be there. (default: standard output)')
    .option('--resume', 'Go on in the file of --output where an earlier run has stopped.')
    .action(async (path, options) =>
      (await import('../transfer/export-stream.ts')).exportStream(path, options),
    );
}

function namespace() {
  return remote('namespace', {
    summary: 'Export the keys of a namespace, all as they were at one position.',
    details: `Names, locks, leases, elections, groups and sequences are not exported: they belong to those who hold them. A key that goes with
a lease is exported with it, and left out by the import unless that says otherwise.`,
    examples: [
      'ordinal export namespace default > keys.jsonl',
      'ordinal export namespace default --prefix config/ --output config.jsonl --resume',
    ],
  })
    .argument('<namespace>', 'The name of the namespace.')
    .option('--prefix <text>', 'Only keys that begin with this.')
    .option('--at <position>', 'As they were at this position. (default: now)', wholeNumber)
    .option('--after <key>', 'Begin after this key. Needs --at.')
    .option('-o, --output <file>', 'Write this file, which must not be there. (default: standard output)')
    .option('--resume', 'Go on in the file of --output where an earlier run has stopped.')
    .action(async (name, options) =>
      (await import('../transfer/export-namespace.ts')).exportNamespace(name, options),
    );
}
