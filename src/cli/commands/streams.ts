// `ordinal streams`: total orders of records.

import { group, remote } from '../define.ts';
import { moment, positiveNumber, seconds, wholeNumber } from '../values.ts';

export function command() {
  return group(
    'streams',
    {
      summary: 'Total orders of records: create, append, read, follow.',
      examples: [
        'ordinal streams create orders',
        `ordinal streams append orders '{"id":1}'`,
        'ordinal streams follow orders --after 0',
      ],
    },
    [create(), append(), read(), follow(), list(), describe(), trim(), close(), remove()],
  );
}

function create() {
  return remote('create', {
    summary: 'Create a stream.',
    details: 'To create it again with the same configuration changes nothing, and is no failure.',
    examples: [
      'ordinal streams create orders',
      'ordinal streams create app.log --content-type text/plain --keep-for 30d',
    ],
  })
    .argument('<stream>', 'The path of the stream, such as orders/2026.')
    .option('--content-type <type>', 'What its records are. (default: application/json)')
    .option('--closed', 'Close it in the same step: it never takes a record.')
    .option(
      '--keep-for <time>',
      'Older records may be trimmed, such as 30d. (default: all are kept)',
      seconds,
    )
    .option('--keep-bytes <bytes>', 'Records with so many bytes after them may be trimmed.', positiveNumber)
    .action(async (stream, options) => (await import('./change-stream.ts')).create(stream, options));
}

function append() {
  return remote('append', {
    summary: 'Append records.',
    details: `Without records and --file, standard input gives them: each line is one as soon as it comes. In a JSON stream a line is a
JSON value, in any other it is the bytes of the line with its end. Lines that come together are appended together, as many as one
append can hold. A line that is no JSON ends the command; what was appended before stays, and the message says how much that is.`,
    examples: [
      `ordinal streams append orders '{"id":1}' '{"id":2}'`,
      'ordinal streams append orders --file orders.jsonl',
      'tail -f app.log | ordinal streams append app.log',
      `ordinal streams append orders '{"id":3}' --expected-tail 2`,
    ],
  })
    .argument('<stream>', 'The path of the stream.')
    .argument(
      '[record...]',
      'Records. In a JSON stream each is a JSON value, and an array is one record, too.',
    )
    .option('-f, --file <path>', 'Append the lines of this file. "-" is standard input.')
    .option('--whole', 'Append the whole file, or the whole input, as one record.')
    .option('--create <type>', 'Create the stream with this content type if it is not there.')
    .option('--close', 'Close the stream with the last record.')
    .option(
      '--expected-tail <position>',
      'Only if this is still the last position (compare-and-append).',
      wholeNumber,
    )
    .option('--fencing-token <token>', 'Only if no greater token has been shown.', wholeNumber)
    .action(async (stream, records, options) =>
      (await import('./append-to-stream.ts')).append(stream, records, options),
    );
}

function read() {
  return remote('read', {
    summary: 'Read records up to the end.',
    details: `A JSON stream is printed with a record on each line, any other as its bytes. With --json, a line for each record:
{"position", "timeMs", "value"}, with "valueBase64" where its bytes are no text.`,
    examples: [
      'ordinal streams read orders',
      'ordinal streams read orders --after 41 --limit 10 --json',
      'ordinal streams read orders --since 15m',
    ],
  })
    .argument('<stream>', 'The path of the stream.')
    .option('--after <position>', 'Begin after this position. (default: 0, the beginning)', wholeNumber)
    .option(
      '--since <time>',
      'Begin at this moment, such as 2026-01-31T08:00:00Z, or so long ago: 15m.',
      moment,
    )
    .option('--limit <records>', 'The most records.', positiveNumber)
    .action(async (stream, options) => (await import('./read-stream.ts')).read(stream, options));
}

function follow() {
  return remote('follow', {
    summary: 'Read records as they come, until the stream is closed or Ctrl-C.',
    details: 'Prints records as read does.',
    examples: [
      'ordinal streams follow orders',
      'ordinal streams follow orders --after 0 --json | jq .value.id',
    ],
  })
    .argument('<stream>', 'The path of the stream.')
    .option('--after <position>', 'Begin after this position. (default: the end as it is now)', wholeNumber)
    .option(
      '--since <time>',
      'Begin at this moment, such as 2026-01-31T08:00:00Z, or so long ago: 15m.',
      moment,
    )
    .action(async (stream, options) => (await import('./read-stream.ts')).follow(stream, options));
}

function list() {
  return remote('list', {
    summary: 'List streams.',
    examples: ['ordinal streams list', 'ordinal streams list --prefix orders/ --json'],
  })
    .option('--prefix <text>', 'Only streams that begin with this.')
    .option('--limit <number>', 'The most streams. (default: all)', positiveNumber)
    .action(async (options) => (await import('./list-streams.ts')).list(options));
}

function describe() {
  return remote('describe', {
    summary: 'Say what a stream is and where it ends.',
    examples: ['ordinal streams describe orders'],
  })
    .argument('<stream>', 'The path of the stream.')
    .action(async (stream, options) => (await import('./change-stream.ts')).describe(stream, options));
}

function trim() {
  return remote('trim', {
    summary: 'Forget the records before a position.',
    details: `They can no longer be read. Their storage comes back when they are old enough: an hour or more later, with the
maintenance of any server. Asks first, unless --yes is given.`,
    examples: [
      'ordinal streams trim orders --before 1000',
      'ordinal streams trim orders --before 1000 --yes',
    ],
  })
    .argument('<stream>', 'The path of the stream.')
    .requiredOption('--before <position>', 'The first position that stays.', positiveNumber)
    .option('-y, --yes', 'Do not ask.')
    .action(async (stream, options) => (await import('./change-stream.ts')).trim(stream, options));
}

function close() {
  return remote('close', {
    summary: 'Allow no append ever again.',
    examples: ['ordinal streams close orders', 'ordinal streams close orders --expected-tail 42'],
  })
    .argument('<stream>', 'The path of the stream.')
    .option('--expected-tail <position>', 'Only if this is still the last position.', wholeNumber)
    .option('--fencing-token <token>', 'Only if no greater token has been shown.', wholeNumber)
    .action(async (stream, options) => (await import('./change-stream.ts')).close(stream, options));
}

function remove() {
  return remote('delete', {
    summary: 'Delete a stream and all its records.',
    details: 'It can be created anew; positions go on. Asks first, unless --yes is given.',
    examples: ['ordinal streams delete orders', 'ordinal streams delete orders --yes'],
  })
    .argument('<stream>', 'The path of the stream.')
    .option('-y, --yes', 'Do not ask.')
    .action(async (stream, options) => (await import('./change-stream.ts')).remove(stream, options));
}
