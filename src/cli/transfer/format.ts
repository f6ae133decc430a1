// The lines of an export, as docs/export-format.md describes them. A file is one header, the records, and one
// footer.

import * as z from 'zod/mini';

export const VERSION = 1;

/** The longest line: a piece of a stream of bytes, each of which JSON may write in six. */
export const LINE_BYTES_MAX = 8 * 1024 * 1024;

const streamHeader = z.strictObject({
  ordinal: z.literal('stream'),
  version: z.literal(VERSION),
  stream: z.string(),
  contentType: z.string(),
  /** The export begins after this position. */
  after: z.int(),
  /** How many records of the stream are before that. */
  skipped: z.int(),
});

const namespaceHeader = z.strictObject({
  ordinal: z.literal('namespace'),
  version: z.literal(VERSION),
  namespace: z.string(),
  /** All keys are as they were at this position. */
  position: z.int(),
  prefix: z.string(),
  /** The export begins after this key; '' where it begins with the first. */
  after: z.string(),
});

const footer = z.strictObject({
  ordinal: z.literal('end'),
  records: z.int(),
  /** The position of the last record of a stream; `after` where there is none. */
  last: z.optional(z.int()),
  closed: z.optional(z.boolean()),
  /** Of all bytes before this line. */
  sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
});

const keyRecord = z.strictObject({
  key: z.string(),
  value: z.optional(z.string()),
  valueBase64: z.optional(z.string()),
  version: z.int(),
  created: z.int(),
  modified: z.int(),
  lease: z.optional(z.string()),
});

const bytesRecord = z.strictObject({
  position: z.int(),
  value: z.optional(z.string()),
  valueBase64: z.optional(z.string()),
});

export type StreamHeader = z.infer<typeof streamHeader>;
type NamespaceHeader = z.infer<typeof namespaceHeader>;
export type Header = StreamHeader | NamespaceHeader;
export type Footer = z.infer<typeof footer>;
export type KeyRecord = z.infer<typeof keyRecord>;

/** Undefined where the line is no header that this version reads. */
export function headerIn(line: string): Header | undefined {
  const parsed = z.union([streamHeader, namespaceHeader]).safeParse(valueIn(line));
  return parsed.success ? parsed.data : undefined;
}

export function footerIn(line: string): Footer | undefined {
  const parsed = line.startsWith('{"ordinal":') ? footer.safeParse(valueIn(line)) : undefined;
  return parsed?.success ? parsed.data : undefined;
}

export function keyRecordIn(line: string): KeyRecord | undefined {
  const parsed = keyRecord.safeParse(valueIn(line));
  return parsed.success ? parsed.data : undefined;
}

/** A record of a stream, and its content: the text of a JSON value, or bytes. */
export interface StreamRecord {
  readonly position: number;
  readonly content: Buffer;
}

const JSON_RECORD = /^\{"position":(\d{1,16}),"value":/;

/** The value keeps its text: to print it again would change numbers that JavaScript cannot hold. */
export function jsonRecordIn(line: string): StreamRecord | undefined {
  const [start = '', position] = JSON_RECORD.exec(line) ?? [];
  if (start === '' || valueIn(line) === undefined) return undefined;
  const content = Buffer.from(line.slice(start.length, -1).trim());
  // Members after the value would be taken for a part of it.
  if (valueIn(content.toString()) === undefined) return undefined;
  return { position: Number(position), content };
}

export function jsonRecordLine(position: number, text: string): string {
  return `{"position":${position},"value":${text}}\n`;
}

export function bytesRecordIn(line: string): StreamRecord | undefined {
  const parsed = bytesRecord.safeParse(valueIn(line));
  if (!parsed.success) return undefined;
  return { position: parsed.data.position, content: contentOf(parsed.data) };
}

export function contentOf({ value, valueBase64 = '' }: Pick<KeyRecord, 'value' | 'valueBase64'>): Buffer {
  return value === undefined ? Buffer.from(valueBase64, 'base64') : Buffer.from(value);
}

/** Undefined where it is no JSON; no line of an export is. */
function valueIn(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
