// What locks, elections, groups, members, sequences and leases may be called.

import { isLongerThan } from '../encoding/binary.ts';
import { KEY_NAME_BYTES_MAX, LEASE_ID_BYTES_MAX, RESOURCE_NAME_BYTES_MAX } from '../limits.ts';

/** Why nothing can be called that; undefined when it can. */
export function nameFault(what: string, name: string): string | undefined {
  return textFault(what, name, RESOURCE_NAME_BYTES_MAX);
}

export function leaseFault(lease: string): string | undefined {
  return textFault('lease', lease, LEASE_ID_BYTES_MAX);
}

export function keyFault(key: string): string | undefined {
  return textFault('key', key, KEY_NAME_BYTES_MAX);
}

/** Of a prefix, which may be empty. */
export function prefixFault(prefix: string): string | undefined {
  return prefix === '' ? undefined : textFault('prefix', prefix, KEY_NAME_BYTES_MAX);
}

function textFault(what: string, text: string, bytesMax: number): string | undefined {
  if (text === '') return `the name of a ${what} must not be empty`;
  if (!text.isWellFormed()) return `the name of a ${what} must be well-formed Unicode`;
  // It parts names within stored keys.
  if (text.includes('\0')) return `the name of a ${what} must not hold the character NUL`;
  return isLongerThan(bytesMax, text) ? `the name of a ${what} has at most ${bytesMax} bytes` : undefined;
}
