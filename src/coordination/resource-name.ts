// What locks, elections, groups, members, sequences and leases may be called.

import { LEASE_ID_BYTES_MAX, RESOURCE_NAME_BYTES_MAX } from '../limits.ts';
import { textFault } from '../resource-names.ts';

/** Why nothing can be called that; undefined when it can. */
export function nameFault(what: string, name: string): string | undefined {
  return textFault(what, name, RESOURCE_NAME_BYTES_MAX);
}

export function leaseFault(lease: string): string | undefined {
  return textFault('lease', lease, LEASE_ID_BYTES_MAX);
}
