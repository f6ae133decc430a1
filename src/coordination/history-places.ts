// Keys of the kernel as what they are: of which resource, and under which name.

import { isUtf8 } from 'node:buffer';
import type { HistoryPlace, HistoryResource, HistoryValue } from '../api/history.ts';
import { type ByteString, ofText, toText } from '../encoding/byte-string.ts';
import { prefixRange, type Range } from '../state-machine/kernel/range.ts';
import { ELECTIONS, GROUPS, KEYS, LOCKS, NAMES, SEQUENCES } from './keys.ts';
import { LEASES, NUMBERS } from './queue.ts';

/** What is behind the name in the keys of a family. */
type Detail = 'token' | 'ofLease' | 'member';

interface Family {
  readonly prefix: ByteString;
  readonly resource: HistoryResource;
  /** Undefined: the name is the rest of the key. */
  readonly detail?: Detail;
}

const FAMILIES: readonly Family[] = [
  { prefix: ofText(NAMES), resource: 'names' },
  { prefix: ofText(KEYS), resource: 'keys' },
  { prefix: ofText(SEQUENCES), resource: 'sequences' },
  { prefix: ofText(GROUPS), resource: 'groups', detail: 'member' },
  { prefix: ofText(LOCKS + NUMBERS), resource: 'locks', detail: 'token' },
  { prefix: ofText(LOCKS + LEASES), resource: 'locks', detail: 'ofLease' },
  { prefix: ofText(ELECTIONS + NUMBERS), resource: 'elections', detail: 'token' },
  { prefix: ofText(ELECTIONS + LEASES), resource: 'elections', detail: 'ofLease' },
];

const SEPARATOR = '\0';

export function leasePlace(lease: string): HistoryPlace {
  return { resource: 'leases', name: lease };
}

export function placeOf(range: Range): HistoryPlace {
  const family = FAMILIES.find(({ prefix }) => range.key.startsWith(prefix));
  const place = family && (family.detail ? partOf(family, family.detail, range) : nameOf(family, range));
  return place ?? storedPlace(range);
}

export function textOrBase64(bytes: ByteString): { text?: string; base64?: string } {
  const buffer = Buffer.from(bytes, 'latin1');
  return isUtf8(buffer) ? { text: toText(bytes) } : { base64: buffer.toString('base64') };
}

export function shownValue(bytes: ByteString): HistoryValue {
  const { text, base64 } = textOrBase64(bytes);
  return text === undefined ? { valueBase64: base64 ?? '' } : { value: text };
}

function nameOf({ prefix, resource }: Family, { key, end }: Range): HistoryPlace | undefined {
  const { text: name } = textOrBase64(key.slice(prefix.length) as ByteString);
  if (name === undefined) return undefined;
  if (end === undefined) return { resource, name };
  return end === prefixRange(key).end ? { resource, prefix: name } : undefined;
}

function partOf({ prefix, resource }: Family, detail: Detail, { key, end }: Range): HistoryPlace | undefined {
  const separator = key.indexOf(SEPARATOR, prefix.length);
  if (separator < 0) return undefined;
  const { text: name } = textOrBase64(key.slice(prefix.length, separator) as ByteString);
  const { text: part } = textOrBase64(key.slice(separator + 1) as ByteString);
  if (name === undefined || part === undefined) return undefined;
  if (end === undefined) return { resource, name, [detail]: detail === 'token' ? Number(part) : part };
  const all = key.slice(0, separator + 1) as ByteString;
  const from = part === '' ? {} : { fromToken: Number(part) };
  if (end === prefixRange(all).end)
    return part === '' || detail === 'token' ? { resource, name, ...from } : undefined;
  const isBelow = detail === 'token' && end.startsWith(all);
  return isBelow ? { resource, name, ...from, belowToken: Number(end.slice(all.length)) } : undefined;
}

function storedPlace({ key, end }: Range): HistoryPlace {
  const { text, base64 } = textOrBase64(key);
  const last = end === undefined ? {} : textOrBase64(end);
  return {
    ...(text === undefined ? { keyBase64: base64 ?? '' } : { key: text }),
    ...(last.text === undefined ? {} : { end: last.text }),
    ...(last.base64 === undefined ? {} : { endBase64: last.base64 }),
  };
}

/** Whether the place is about a name that begins with `prefix`. */
export function isAbout(
  { resource, name, key, prefix: all }: HistoryPlace,
  { prefix, resource: wanted }: { readonly prefix: string; readonly resource: HistoryResource | undefined },
): boolean {
  if (wanted !== undefined && resource !== wanted) return false;
  if (all !== undefined) return all.startsWith(prefix) || prefix.startsWith(all);
  return (name ?? key)?.startsWith(prefix) ?? false;
}
