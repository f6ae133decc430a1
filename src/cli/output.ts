// What commands print: tables for people, JSON for scripts, and nothing that a terminal would obey.

import { once } from 'node:events';
import { styleText } from 'node:util';
import stringWidth from 'string-width';
import { environment } from './environment.ts';

const { stdout } = process;

type Style = Parameters<typeof styleText>[0];

/** Only a terminal shows colours, and only if nobody has switched them off (no-color.org). */
export function coloured(style: Style, text: string, stream: { readonly isTTY?: boolean } = stdout): string {
  const isOff = (environment['NO_COLOR'] ?? '') !== '' || environment['TERM'] === 'dumb';
  return stream.isTTY && !isOff ? styleText(style, text, { validateStream: false }) : text;
}

/** Waits while the reader is slow. */
export async function write(chunk: string | Uint8Array): Promise<void> {
  if (!stdout.write(chunk)) await once(stdout, 'drain');
}

export function line(text: string): Promise<void> {
  return write(`${text}\n`);
}

/** A line with names in it, which are the data of others. */
export function say(text: string): Promise<void> {
  return line(visibleText(text));
}

/** One JSON document, on one line. Bytes that are no UTF-8 are a member `…Base64`. */
export function json(value: unknown): Promise<void> {
  return line(jsonText(value));
}

export function jsonText(value: unknown): string {
  return JSON.stringify(plain(value));
}

/** The same value without bytes: text where they are text. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return Object.values(bytesMember('value', value))[0];
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) =>
      member instanceof Uint8Array
        ? Object.entries(bytesMember(name, member))
        : member === undefined
          ? []
          : [[name, plain(member)]],
    ),
  );
}

export function bytesMember(name: string, bytes: Uint8Array): Record<string, string> {
  const text = textIn(bytes);
  return text === undefined ? { [`${name}Base64`]: Buffer.from(bytes).toString('base64') } : { [name]: text };
}

function textIn(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Bytes for the eye, on one line and not too many. */
export function shown(bytes: Uint8Array, charactersMax = 60): string {
  const text = textIn(bytes) ?? `base64:${Buffer.from(bytes).toString('base64')}`;
  const visible = visibleText(text);
  return visible.length <= charactersMax ? visible : `${visible.slice(0, charactersMax - 1).trimEnd()}…`;
}

/** Names and values are the data of others, and must not steer the terminal. */
export function visibleText(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}

export type Cell = string | number | undefined;

/** Columns below their headings: numbers to the right, everything else to the left. */
export function tableText(headings: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const cells = rows.map((row) => row.map((cell) => (cell === undefined ? '-' : visibleText(String(cell)))));
  const widths = headings.map((heading, column) =>
    Math.max(stringWidth(heading), ...cells.map((row) => stringWidth(row[column] ?? ''))),
  );
  const isNumber = headings.map(
    (_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number'),
  );
  const lineOf = (row: readonly string[]) =>
    row
      .map((cell, column) => {
        const padding = ' '.repeat((widths[column] ?? 0) - stringWidth(cell));
        return isNumber[column] ? padding + cell : cell + padding;
      })
      .join('  ')
      .trimEnd();
  return [coloured('bold', lineOf(headings)), ...cells.map(lineOf)].join('\n');
}

export async function table(
  headings: readonly string[],
  rows: readonly (readonly Cell[])[],
  whenEmpty: string,
): Promise<void> {
  // A script that counts lines must not count this one.
  if (rows.length === 0) note(whenEmpty);
  else await line(tableText(headings, rows));
}

/** Names and values, one pair a line. */
export function fields(pairs: Readonly<Record<string, Cell>>): Promise<void> {
  const width = Math.max(...Object.keys(pairs).map((name) => name.length));
  return line(
    Object.entries(pairs)
      .map(([name, cell]) => {
        const text = cell === undefined ? '-' : visibleText(String(cell));
        return `${coloured('bold', name.padEnd(width))}  ${text}`;
      })
      .join('\n'),
  );
}

/** A remark for the person at the terminal. */
export function note(text: string): void {
  process.stderr.write(`${visibleText(text)}\n`);
}
