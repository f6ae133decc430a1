// `ordinal import stream`.

import type { Stream } from '../../api/streams.ts';
import { type Batch, JsonBatcher, piecesOf } from '../batches.ts';
import { type ConnectionOptions, openOrdinal } from '../connection.ts';
import { badInput, CommandFailure } from '../failure.ts';
import { inputOf } from '../input.ts';
import { isJsonType } from '../json-elements.ts';
import { bytesRecordIn, type Footer, jsonRecordIn, type StreamHeader, type StreamRecord } from './format.ts';
import { cutOff, itemsIn, notARecord, verifyFile } from './lines-in.ts';
import { Progress } from './progress.ts';
import { sayImported } from './say-imported.ts';
import { StreamCopy } from './stream-copy.ts';

export async function importStream(
  path: string,
  file: string | undefined,
  options: ConnectionOptions,
): Promise<void> {
  // A file is read twice: nothing of one that is not whole is brought in. A pipe can be read once.
  if (file !== undefined && file !== '-') await verifyFile(file);
  const stream = (await openOrdinal(options)).stream(path);
  const importer = new StreamImport(path, stream);
  try {
    for await (const item of itemsIn(await inputOf(file))) {
      if (item.kind === 'header') {
        if (item.header.ordinal !== 'stream') throw badInput('this is the export of a namespace', true);
        await importer.begin(item.header);
      } else if (item.kind === 'record') await importer.take(item.line, item.number);
      else await importer.end(item.footer);
    }
    if (!importer.isDone) {
      await importer.flush();
      throw cutOff();
    }
  } catch (error) {
    if (error instanceof CommandFailure) error.before = importer.said;
    throw error;
  } finally {
    importer.progress.end();
  }
  await sayImported(options, { stream: path, ...importer.counts });
}

class StreamImport {
  readonly progress = new Progress('imported');
  readonly #path: string;
  readonly #stream: Stream;
  readonly #batcher = new JsonBatcher();
  #copy: StreamCopy | undefined;
  #header: StreamHeader | undefined;
  #last = 0;
  #read = 0;
  #imported = 0;
  isDone = false;

  constructor(path: string, stream: Stream) {
    this.#path = path;
    this.#stream = stream;
  }

  async begin(header: StreamHeader): Promise<void> {
    this.#header = header;
    this.#last = header.after;
    this.#copy = await StreamCopy.begin(this.#path, this.#stream, header);
  }

  async take(line: string, number: number): Promise<void> {
    const { content, position } = this.#recordOf(line, number);
    this.#last = position;
    this.#read += 1;
    const { copy } = this;
    const fresh = await copy.withoutWhatIsThere(content);
    this.progress.add(1, content.length);
    if (fresh === undefined) return;
    if (!copy.isJson) {
      for (const body of piecesOf(fresh)) await this.#append({ body, records: 1 });
      return;
    }
    const full = this.#batcher.add(fresh);
    if (full) await this.#append(full);
  }

  async flush(): Promise<void> {
    const rest = this.#batcher.take();
    if (rest) await this.#append(rest);
  }

  async end({ last, closed }: Footer): Promise<void> {
    if (last !== this.#last)
      throw badInput(`the export says that it ends at ${last}, and ends at ${this.#last}`);
    await this.flush();
    if (closed) await this.copy.close();
    this.isDone = true;
  }

  get copy(): StreamCopy {
    if (this.#copy) return this.#copy;
    throw badInput('the export has no header', true);
  }

  get counts() {
    const { tail, closed } = this.copy;
    return { records: this.#read, imported: this.#imported, tail, closed };
  }

  /** What stays whatever comes; undefined when it is nothing. */
  get said(): string | undefined {
    return this.#imported === 0 ? undefined : `${this.#imported} were imported before`;
  }

  async #append(batch: Batch): Promise<void> {
    await this.copy.append(batch);
    this.#imported += batch.records;
  }

  /** Positions of a JSON stream follow each other; in a stream of bytes each is the end of a piece. */
  #recordOf(line: string, number: number): StreamRecord {
    const isJson = isJsonType(this.#header?.contentType ?? '');
    const record = isJson ? jsonRecordIn(line) : bytesRecordIn(line);
    if (!record) throw notARecord(number);
    const isNext = isJson ? record.position === this.#last + 1 : record.position > this.#last;
    // An export of the whole stream begins wherever the stream begins.
    const isFirst = this.#read === 0 && this.#header?.skipped === 0;
    if (isNext || (isFirst && record.position > 0)) return record;
    throw badInput(`line ${number} has the position ${record.position} after ${this.#last}`);
  }
}
