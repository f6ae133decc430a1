// Keys in JSON, as the server writes them.

import * as z from 'zod/mini';
import type { KeyEntry } from '../api/keys.ts';
import { base64Of, bytesOfBase64, utf8 } from './bytes.ts';

const jsonEntry = z.object({
  key: z.string(),
  value: z.optional(z.string()),
  valueBase64: z.optional(z.string()),
  version: z.int(),
  created: z.int(),
  modified: z.int(),
  lease: z.optional(z.string()),
});

export const keyEntry = z.pipe(jsonEntry, z.transform(entryOf));

function entryOf({ value, valueBase64, lease, ...known }: z.output<typeof jsonEntry>): KeyEntry {
  return { ...known, value: bytesIn(value, valueBase64), lease };
}

/** Text as it is, so that the server judges it, and bytes in base64. */
export function valueJson(value: string | Uint8Array): { value: string } | { valueBase64: string } {
  return typeof value === 'string' ? { value } : { valueBase64: base64Of(value) };
}

/** The bytes of one of two members, of which there is exactly one. */
export function bytesIn(text: string | undefined, base64 = ''): Uint8Array<ArrayBuffer> {
  return text === undefined ? bytesOfBase64(base64) : utf8(text);
}
