// Standard input and files, line by line.

import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { badInput } from './failure.ts';

const LINE_FEED = 0x0a;

/** @throws CommandFailure when there is no such file */
export async function inputOf(path: string | undefined): Promise<Readable> {
  if (path === undefined || path === '-') return process.stdin;
  await assertFile(path);
  return createReadStream(path);
}

async function assertFile(path: string): Promise<void> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) throw new Error('it is a directory');
    await (await open(path)).close();
  } catch (cause) {
    throw badInput(`cannot read ${path}: ${cause instanceof Error ? cause.message : cause}`, true);
  }
}

export interface Line {
  readonly bytes: Buffer;
  /** Whether it ends with a line feed. The last line of a file may not, and one that was cut off does not. */
  readonly isWhole: boolean;
}

/**
 * The lines of the input, without their ends, in the groups in which they come: all that one chunk completes.
 *
 * @throws CommandFailure when a line is longer than `bytesMax`
 */
export async function* linesIn(input: AsyncIterable<unknown>, bytesMax: number): AsyncGenerator<Line[]> {
  let rest: Buffer[] = [];
  let restBytes = 0;
  for await (const chunk of input) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    const lines: Line[] = [];
    let from = 0;
    for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, from)) {
      assertLength(restBytes + end - from, bytesMax);
      const last = bytes.subarray(from, end);
      lines.push({ bytes: rest.length === 0 ? last : Buffer.concat([...rest, last]), isWhole: true });
      rest = [];
      restBytes = 0;
      from = end + 1;
    }
    if (from < bytes.length) rest.push(bytes.subarray(from));
    restBytes += bytes.length - from;
    assertLength(restBytes, bytesMax);
    if (lines.length > 0) yield lines;
  }
  if (restBytes > 0) yield [{ bytes: Buffer.concat(rest), isWhole: false }];
}

function assertLength(bytes: number, bytesMax: number): void {
  if (bytes > bytesMax) throw badInput(`a line has more than ${bytesMax} bytes`);
}

/** All of it. @throws CommandFailure when it is larger than `bytesMax` */
export async function wholeOf(input: AsyncIterable<unknown>, bytesMax: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of input) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    size += bytes.length;
    if (size > bytesMax) throw badInput(`the input has more than ${bytesMax} bytes`, true);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}
