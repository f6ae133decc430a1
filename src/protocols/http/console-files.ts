// The files of the console, as the build has left them in one file. They hold no data: the page asks the API
// for that, with the rights of its reader.

import { readFile } from 'node:fs/promises';
import * as z from 'zod/mini';

const bundle = z.object({
  files: z.record(
    z.string(),
    z.object({ type: z.string(), immutable: z.boolean(), etag: z.string(), text: z.string() }),
  ),
});

export type ConsoleFiles = z.infer<typeof bundle>['files'];

/** Undefined when the console has not been built. */
export type ReadConsole = () => Promise<ConsoleFiles | undefined>;

/** Reads the first of these places that has the file, when it is first asked for. */
export function consoleAt(...places: readonly URL[]): ReadConsole {
  let read: Promise<ConsoleFiles | undefined> | undefined;
  return async () => {
    read ??= firstOf(places);
    const files = await read;
    // It may be built while the server runs.
    if (!files) read = undefined;
    return files;
  };
}

async function firstOf(places: readonly URL[]): Promise<ConsoleFiles | undefined> {
  for (const place of places) {
    const text = await readFile(place, 'utf8').catch(() => undefined);
    if (text !== undefined) return bundle.parse(JSON.parse(text)).files;
  }
  return undefined;
}
