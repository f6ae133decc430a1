// Bytes in JSON: as text where they are UTF-8, otherwise in base64.

import { isUtf8 } from 'node:buffer';
import type { KeyEntry } from '../../api/keys.ts';
import { RequestProblem } from './problem.ts';

/** The two members, of which there is exactly one. */
interface JsonValue {
  readonly value?: string | undefined;
  readonly valueBase64?: string | undefined;
}

export function valueJson(bytes: Uint8Array): JsonValue {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return isUtf8(buffer) ? { value: buffer.toString('utf8') } : { valueBase64: buffer.toString('base64') };
}

/**
 * @param where names the value in a refusal. @throws RequestProblem unless there is exactly one of the two
 */
export function valueIn({ value, valueBase64 }: JsonValue, where: string): string | Uint8Array {
  const given = value ?? valueBase64;
  if (given === undefined || (value !== undefined && valueBase64 !== undefined)) {
    throw new RequestProblem('invalid-request', `${where}: needs either value or valueBase64`);
  }
  return value ?? bytesOf(given, where);
}

const BASE64 = /^(?:[\w+/-]{4})*(?:[\w+/-]{2}(?:==)?|[\w+/-]{3}=?)?$/;

/** The bytes of base64, with or without padding, in either alphabet (RFC 4648). @throws RequestProblem */
export function bytesOf(base64: string, where: string): Uint8Array {
  if (!BASE64.test(base64)) throw new RequestProblem('invalid-request', `${where}: is not base64`);
  return Buffer.from(base64, 'base64');
}

export function entryJson({ value, ...known }: KeyEntry): object {
  return { ...known, ...valueJson(value) };
}
