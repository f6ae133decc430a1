// Where an export goes: standard output, a new file, or on in a file that an earlier run has left unfinished.

import { createHash } from 'node:crypto';
import { badInput, usage } from '../failure.ts';
import { inputOf } from '../input.ts';
import { note } from '../output.ts';
import type { Footer, Header } from './format.ts';
import { itemsIn, type Kept } from './lines-in.ts';
import { LinesOut } from './lines-out.ts';

export interface DestinationOptions {
  readonly output?: string | undefined;
  readonly resume?: true | undefined;
}

export interface Destination {
  readonly out: LinesOut;
  /** What an unfinished file holds; undefined where there is none, and the header is still to be written. */
  readonly header: Header | undefined;
  readonly lastLine: string | undefined;
}

/** @throws CommandFailure when there is a file that must not be overwritten, or that is whole */
export async function destinationOf({ output, resume }: DestinationOptions): Promise<Destination> {
  if (output === undefined) {
    if (resume) throw usage('--resume goes on in the file of --output');
    return { out: LinesOut.toStandardOutput(), header: undefined, lastLine: undefined };
  }
  try {
    return { out: await LinesOut.toNewFile(output), header: undefined, lastLine: undefined };
  } catch (cause) {
    const isThere = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';
    if (!isThere)
      throw badInput(`cannot write ${output}: ${cause instanceof Error ? cause.message : cause}`, true);
    if (!resume) throw usage(`${output} is there; --resume goes on in it`);
    return unfinished(output);
  }
}

async function unfinished(path: string): Promise<Destination> {
  const kept: Kept = { bytes: 0, records: 0, hash: createHash('sha256') };
  let header: Header | undefined;
  let lastLine: string | undefined;
  for await (const item of itemsIn(await inputOf(path), kept)) {
    if (item.kind === 'footer') throw badInput(`${path} is whole`, true);
    if (item.kind === 'header') header = item.header;
    else lastLine = item.line;
  }
  return { out: await LinesOut.behind(path, kept), header, lastLine };
}

/** For the person at the terminal: the data itself is on standard output, or in the file. */
export function sayDone({ output }: DestinationOptions, { records, sha256 }: Footer): void {
  if (process.stderr.isTTY || output !== undefined) note(`exported ${records} records, sha256 ${sha256}`);
}
