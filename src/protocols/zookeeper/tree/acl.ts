// Access control lists of znodes, as a client sends and sees them.

export const Permission = { read: 1, write: 2, create: 4, delete: 8, admin: 16 } as const;

/** Who somebody is by one scheme, such as `digest` and `user:hash`, or `ip` and an address. */
export interface Identity {
  readonly scheme: string;
  readonly id: string;
}

export interface AclEntry {
  /** A sum of `Permission`. */
  readonly permissions: number;
  readonly identity: Identity;
}

export type Acl = readonly AclEntry[];
