// The lines of an export on their way in: header, records, footer, and the digest of them all.

import { createHash, type Hash } from 'node:crypto';
import { badInput } from '../failure.ts';
import { inputOf, linesIn } from '../input.ts';
import { type Footer, footerIn, type Header, headerIn, LINE_BYTES_MAX } from './format.ts';

const LINE_END = Buffer.from('\n');

export type Item =
  | { readonly kind: 'header'; readonly header: Header }
  | { readonly kind: 'record'; readonly line: string; readonly number: number }
  | { readonly kind: 'footer'; readonly footer: Footer };

/** What of a file can be kept: whole lines. */
export interface Kept {
  /** The bytes up to the end of the last item. */
  bytes: number;
  records: number;
  readonly hash: Hash;
}

/**
 * Every item, and after the last one the certainty that nothing is missing or changed. An export that is cut
 * off ends without a footer.
 *
 * @throws CommandFailure where the input is no export
 */
export async function* itemsIn(
  input: AsyncIterable<unknown>,
  kept: Kept = { bytes: 0, records: 0, hash: createHash('sha256') },
): AsyncGenerator<Item> {
  let number = 0;
  let footer: Footer | undefined;
  for await (const lines of linesIn(input, LINE_BYTES_MAX)) {
    for (const { bytes, isWhole } of lines) {
      if (!isWhole) return;
      number += 1;
      if (footer) throw badInput(`line ${number} is behind the end of the export`);
      const line = bytes.toString('utf8');
      if (number === 1) yield { kind: 'header', header: headerOf(line) };
      else footer = footerIn(line);
      if (footer) {
        assertFooter(footer, kept);
        yield { kind: 'footer', footer };
      } else if (number > 1) {
        yield { kind: 'record', line, number };
        kept.records += 1;
      }
      kept.hash.update(bytes).update(LINE_END);
      kept.bytes += bytes.length + LINE_END.length;
    }
  }
}

export function notARecord(number: number): Error {
  return badInput(`line ${number} is no record of this export`);
}

export function cutOff(): Error {
  return badInput('the export is cut off: it has no end');
}

/** Reads the whole file and changes nothing. @throws CommandFailure when it is not whole */
export async function verifyFile(path: string): Promise<void> {
  let last: Item | undefined;
  for await (const item of itemsIn(await inputOf(path))) last = item;
  if (last?.kind !== 'footer') throw badInput('the export is cut off: it has no end', true);
}

function headerOf(line: string): Header {
  const header = headerIn(line);
  if (header) return header;
  throw badInput('the first line is no header of an export that this version reads', true);
}

function assertFooter(footer: Footer, { records, hash }: Kept): void {
  if (footer.records !== records) {
    throw badInput(`the export says that it has ${footer.records} records, and has ${records}`);
  }
  if (footer.sha256 !== hash.copy().digest('hex')) {
    throw badInput('the export was changed: its digest is another one');
  }
}
