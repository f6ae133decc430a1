// Pages of a JSON stream, taken apart without a change to any record: to parse a record and print it again
// would change numbers that JavaScript cannot hold.

import { jsonRecords } from '../streams/json-records.ts';

/** The source texts of the elements. @throws Error when `body` is no JSON array */
export function elementsOf(body: Uint8Array): readonly Uint8Array[] {
  const records = jsonRecords(body);
  if ('kind' in records) throw new Error(`the server's answer is no JSON: ${records.message}`);
  return records;
}

export function isJsonType(contentType: string): boolean {
  return contentType.split(';', 1)[0]?.trim().toLowerCase() === 'application/json';
}
