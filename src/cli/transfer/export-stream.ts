// `ordinal export stream`.

import type { Stream, StreamData } from '../../api/streams.ts';
import { type ConnectionOptions, openOrdinal } from '../connection.ts';
import { badInput, looked, usage } from '../failure.ts';
import { elementsOf, isJsonType } from '../json-elements.ts';
import { bytesMember } from '../output.ts';
import { noStream, onOneLine, pageOf } from '../stream-pages.ts';
import { type Destination, destinationOf, sayDone } from './destination.ts';
import { bytesRecordIn, jsonRecordIn, jsonRecordLine, VERSION } from './format.ts';
import type { LinesOut } from './lines-out.ts';
import { Progress } from './progress.ts';

const NO_PLACES =
  `what is read of a stream of bytes shows no boundaries of records, so --after has no meaning there; --output and
--resume go on with an export that was cut off`.replaceAll('\n', ' ');

interface ExportOptions extends ConnectionOptions {
  readonly after?: number | undefined;
  readonly output?: string | undefined;
  readonly resume?: true | undefined;
}

export async function exportStream(path: string, options: ExportOptions): Promise<void> {
  const stream = (await openOrdinal(options)).stream(path);
  const described = looked(await stream.describe());
  if (described.kind === 'missing') throw noStream(path);
  const { contentType, tail } = described;
  const destination = await destinationOf(options);
  const after = placeIn(destination, path, contentType) ?? options.after ?? 0;
  if (destination.header === undefined) {
    if (after > 0 && !isJsonType(contentType)) throw usage(NO_PLACES);
    const skipped = await recordsUpTo(path, stream, after);
    const header = { ordinal: 'stream', version: VERSION, stream: path, contentType, after, skipped };
    await destination.out.header(header);
  }
  const end = await writeRecords(path, stream, destination.out, after, tail);
  sayDone(options, await destination.out.end(end));
}

/** The last position in a file that an earlier run has left; undefined in a new one. */
function placeIn({ header, lastLine }: Destination, path: string, contentType: string): number | undefined {
  if (header === undefined) return undefined;
  if (header.ordinal !== 'stream' || header.stream !== path || header.contentType !== contentType) {
    throw badInput('the file holds the export of something else', true);
  }
  if (lastLine === undefined) return header.after;
  const record = isJsonType(contentType) ? jsonRecordIn(lastLine) : bytesRecordIn(lastLine);
  if (!record) throw badInput('the last line of the file is no record', true);
  return record.position;
}

/**
 * Up to the end as it was when the export began, or a little beyond: a writer must not keep it from ending.
 */
async function writeRecords(path: string, stream: Stream, out: LinesOut, from: number, tail: number) {
  const progress = new Progress('exported');
  let after = from;
  for (;;) {
    const page = await pageOf(path, stream, after);
    const lines = linesOf(page);
    if (lines.length > 0) await out.lines(lines.join(''), lines.length);
    progress.add(lines.length, page.body.length, tail === from ? 1 : (page.next - from) / (tail - from));
    after = page.next;
    if (page.upToDate || page.closed || after >= tail) {
      progress.end();
      return { last: after, closed: page.closed };
    }
  }
}

function linesOf({ body, contentType, next }: StreamData): string[] {
  if (!isJsonType(contentType)) {
    if (body.length === 0) return [];
    return [`${JSON.stringify({ position: next, ...bytesMember('value', body) })}\n`];
  }
  const records = elementsOf(body);
  const first = next - records.length + 1;
  return records.map((record, index) =>
    jsonRecordLine(first + index, onOneLine(Buffer.from(record).toString('utf8'))),
  );
}

/** How many records are before the place. @throws CommandFailure when it is no place of this stream */
async function recordsUpTo(path: string, stream: Stream, place: number): Promise<number> {
  if (place === 0) return 0;
  await pageOf(path, stream, place);
  const { next, body } = await pageOf(path, stream, 0);
  return place - (next - elementsOf(body).length);
}
