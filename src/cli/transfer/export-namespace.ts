// `ordinal export namespace`.

import type { KeyEntry, Keys } from '../../api/keys.ts';
import { LIST_ENTRIES_MAX } from '../../limits.ts';
import { openWithNamespace } from '../connection.ts';
import { badInput, looked, usage } from '../failure.ts';
import { bytesMember } from '../output.ts';
import { type Destination, type DestinationOptions, destinationOf, sayDone } from './destination.ts';
import { keyRecordIn, VERSION } from './format.ts';
import { Progress } from './progress.ts';

interface ExportOptions extends DestinationOptions {
  readonly prefix?: string | undefined;
  readonly at?: number | undefined;
  readonly after?: string | undefined;
}

interface Place {
  readonly position: number | undefined;
  readonly prefix: string;
  readonly after: string;
}

export async function exportNamespace(name: string, options: ExportOptions): Promise<void> {
  const { after = '', at, prefix = '' } = options;
  if (after !== '' && at === undefined) throw usage('--after needs --at: all keys are those of one position');
  const { namespace } = await openWithNamespace({ ...options, namespace: name });
  const destination = await destinationOf(options);
  const place = placeIn(destination, name) ?? { position: at, prefix, after };
  await writeKeys(name, namespace.keys, destination, place);
  sayDone(options, await destination.out.end({}));
}

async function writeKeys(
  namespace: string,
  keys: Keys,
  destination: Destination,
  place: Place,
): Promise<void> {
  const { out, header } = destination;
  const { prefix } = place;
  const progress = new Progress('exported');
  let { position, after } = place;
  for (let isFirst = header === undefined, more = true; more; isFirst = false) {
    const startAfter = after === '' ? undefined : after;
    const limit = LIST_ENTRIES_MAX;
    const page = looked(await keys.list({ prefix, startAfter, limit, at: position }));
    position ??= page.position;
    if (isFirst) {
      await out.header({ ordinal: 'namespace', version: VERSION, namespace, position, prefix, after });
    }
    const text = page.entries.map(lineOf).join('');
    await out.lines(text, page.entries.length);
    progress.add(page.entries.length, text.length);
    after = page.entries.at(-1)?.key ?? after;
    more = page.more;
  }
  progress.end();
}

function lineOf({ key, value, version, created, modified, lease }: KeyEntry): string {
  return `${JSON.stringify({ key, ...bytesMember('value', value), version, created, modified, lease })}\n`;
}

/** Where an earlier run has stopped; undefined in a new file. */
function placeIn({ header, lastLine }: Destination, name: string): Place | undefined {
  if (header === undefined) return undefined;
  if (header.ordinal !== 'namespace' || header.namespace !== name) {
    throw badInput('the file holds the export of something else', true);
  }
  const { position, prefix } = header;
  if (lastLine === undefined) return { position, prefix, after: header.after };
  const record = keyRecordIn(lastLine);
  if (!record) throw badInput('the last line of the file is no record', true);
  return { position, prefix, after: record.key };
}
