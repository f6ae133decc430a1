// `ordinal import`.

import { group, remote } from '../define.ts';

const WHOLE = `A file is verified by its digest before anything is imported, a pipe on the way. An import that was cut off is begun again: it goes on
where it stopped.`;

export function command() {
  return group(
    'import',
    {
      summary: 'Bring an export in, every record once.',
      examples: [
        'ordinal import stream orders orders.jsonl',
        'ordinal import namespace default < keys.jsonl',
      ],
    },
    [stream(), namespace()],
  );
}

function stream() {
  return remote('stream', {
    summary: 'Append what an export holds and the stream does not.',
    details: `The stream is created if it is not there. What it holds must be a beginning of the export, and nobody else may write to it
meanwhile; otherwise nothing more is appended. A stream that was closed is closed at the end.

${WHOLE}`,
    examples: ['ordinal import stream orders orders.jsonl', 'ordinal import stream copy < orders.jsonl'],
  })
    .argument('<stream>', 'The path of the stream, which may be another than that of the export.')
    .argument('[file]', 'The export. (default: standard input)')
    .action(async (path, file, options) =>
      (await import('../transfer/import-stream.ts')).importStream(path, file, options),
    );
}

function namespace() {
  return remote('namespace', {
    summary: 'Put the keys that an export holds and the namespace does not.',
    details: `A key that is there with another value ends the import, unless --overwrite is given.

${WHOLE}`,
    examples: [
      'ordinal import namespace default keys.jsonl',
      'ordinal import namespace test --overwrite < keys.jsonl',
    ],
  })
    .argument('<namespace>', 'The name of the namespace, which may be another than that of the export.')
    .argument('[file]', 'The export. (default: standard input)')
    .option('--overwrite', 'Change keys that are there with another value.')
    .option('--keep-leased', 'Put keys that went with a lease, too. They stay from now on.')
    .action(async (name, file, options) =>
      (await import('../transfer/import-namespace.ts')).importNamespace(name, file, options),
    );
}
