// Most znodes have one of few access control lists, so each is in memory once.

import type { Acl } from './acl.ts';
import { OPEN_ACL } from './identities.ts';

/** The memory of a list, as measured on V8: the characters of its key are in its texts, too. */
const LIST_BYTES = 250;
const LIST_BYTES_PER_CHARACTER = 6;

export interface SharedAcl {
  readonly acl: Acl;
  /** Equal lists have equal keys. */
  readonly key: string;
}

function keyOf(acl: Acl): string {
  return JSON.stringify(acl.map(({ permissions, identity: { scheme, id } }) => [permissions, scheme, id]));
}

export const OPEN: SharedAcl = { acl: OPEN_ACL, key: keyOf(OPEN_ACL) };

interface Used {
  readonly shared: SharedAcl;
  uses: number;
}

export class AclTable {
  readonly #used = new Map<string, Used>();
  #characters = 0;

  /** The list as others have it. Whoever stores it calls `retain`. */
  share(acl: Acl): SharedAcl {
    if (isOpen(acl)) return OPEN;
    const key = keyOf(acl);
    return this.#used.get(key)?.shared ?? { acl, key };
  }

  retain(shared: SharedAcl): void {
    if (shared === OPEN) return;
    const used = this.#used.get(shared.key);
    if (used) {
      used.uses += 1;
      return;
    }
    this.#used.set(shared.key, { shared, uses: 1 });
    this.#characters += shared.key.length;
  }

  release({ key }: SharedAcl): void {
    const used = this.#used.get(key);
    if (!used) return;
    used.uses -= 1;
    if (used.uses > 0) return;
    this.#used.delete(key);
    this.#characters -= key.length;
  }

  get size(): number {
    return this.#used.size;
  }

  /** The memory of the lists, roughly. */
  get bytes(): number {
    return this.#used.size * LIST_BYTES + this.#characters * LIST_BYTES_PER_CHARACTER;
  }
}

function isOpen(acl: Acl): boolean {
  const [entry] = acl;
  if (acl.length !== 1 || entry?.permissions !== 31) return false;
  return entry.identity.scheme === 'world' && entry.identity.id === 'anyone';
}
