// What a lock guards, outside of the store: it takes a write unless it has seen a greater fencing token.

import type { GuardedWrite } from '../checker/lock-history.ts';

export class GuardedResource {
  readonly writes: GuardedWrite[] = [];
  readonly #greatest = new Map<string, number>();

  /** @param position the tail of the log as the write arrives */
  write(lock: string, lease: string, token: number, position: number): boolean {
    const greatest = this.#greatest.get(lock) ?? 0;
    const accepted = token >= greatest;
    this.#greatest.set(lock, Math.max(greatest, token));
    this.writes.push({ lock, lease, token, position, accepted });
    return accepted;
  }
}
