// The guards of leases and locks, switched off one at a time.

import type { Mutant } from './mutant.ts';

export const LOCK_MUTANTS: readonly Mutant[] = [
  {
    missing: 'a lease that was renewed since is not ended',
    file: 'src/state-machine/kernel/apply.ts',
    find: 'if (!lease || lease.renewedAt !== renewedAt) continue;',
    replace: 'if (!lease || renewedAt < 0) continue;',
    foundBy: 'locks-stormy',
  },
  {
    missing: 'a process has seen no renewal for the whole time to live',
    file: 'src/coordination/lease-expiry.ts',
    find: 'this.#seenAtMs(lease) + lease.ttlMs - this.#clock',
    replace: 'this.#seenAtMs(lease) + lease.ttlMs / 2 - this.#clock',
    foundBy: 'locks-prompt',
  },
  {
    missing: 'the time of the writer has an allowance',
    file: 'src/coordination/lease-expiry.ts',
    find: 'lease.renewedAtMs + lease.ttlMs + this.#clockSkewMaxMs',
    replace: 'lease.renewedAtMs + lease.ttlMs',
    foundBy: 'locks-prompt',
  },
  {
    missing: 'an observation is of what was applied',
    file: 'src/coordination/lease-expiry.ts',
    find: 'if ((this.#observations[middle]?.position ?? 0) >= renewedAt) high = middle;',
    replace: 'if ((this.#observations[middle]?.position ?? 0) >= 0) high = middle;',
    foundBy: 'locks-prompt',
  },
  {
    missing: 'only as many as are allowed are the head',
    file: 'src/coordination/queue.ts',
    find: 'const last = this.#entries(state, heads).at(-1);',
    replace: 'const last = this.#entries(state, heads + 1).at(-1);',
    foundBy: 'locks-prompt',
  },
  {
    missing: 'only the place that was seen is given up',
    file: 'src/coordination/queue.ts',
    find: `checks: [this.#hasPlace(lease, token)],
      then: [
        { kind: 'delete'`,
    replace: `checks: [],
      then: [
        { kind: 'delete'`,
    foundBy: 'locks-stormy',
  },
  {
    missing: 'that a lease has no place rests on a look at the tail',
    file: 'src/coordination/queue.ts',
    find: "const read = await kernel.read(look);\n        if (read.kind === 'failed') return read;",
    replace:
      "const read = await kernel.read(look, { consistency: 'local' });\n        if (read.kind === 'failed') return read;",
    foundBy: 'locks-stormy',
  },
  {
    missing: 'a lease has one place in a queue',
    file: 'src/coordination/queue.ts',
    find: 'checks: [this.#hasNoPlace(lease), ...(room',
    replace: 'checks: [...(room',
    foundBy: 'locks-stormy',
  },
  {
    missing: 'all in a queue say the same number of holders',
    file: 'src/coordination/queue.ts',
    find: "const isAlike: Check = { range: queue, target: 'value', is: '=', to: ofText(String(heads)) };",
    replace: "const isAlike: Check = { range: queue, target: 'version', is: '>', to: 0 };",
    foundBy: 'locks-prompt',
  },
  {
    missing: 'a try does not join a queue',
    file: 'src/coordination/queue.ts',
    find: '...(room ? this.#isThere(room) : [])',
    replace: '...(room && heads < 0 ? this.#isThere(room) : [])',
    foundBy: 'locks-prompt',
  },
  {
    missing: 'a try of which a lock is refused without a record rests on a look at the tail',
    file: 'src/coordination/locks.ts',
    find: 'const look = await this.#kernel.read(answer);',
    replace: "const look = await this.#kernel.read(answer, { consistency: 'local' });",
    foundBy: 'locks-prompt',
  },
  {
    missing: 'who waits ends what is due',
    file: 'src/coordination/waits.ts',
    find: 'if (nextMs <= 0) await this.#endDue();',
    replace: 'if (nextMs < -1) await this.#endDue();',
    foundBy: 'locks-prompt',
  },
  {
    missing: 'all that wait are asked after each change',
    file: 'src/coordination/waits.ts',
    find: 'if (waitLeftMs <= 0 || !replica.glance(wait.mustWait)) wait.settle();',
    replace: 'if (waitLeftMs <= 0) wait.settle();',
    foundBy: 'locks-prompt',
  },
  {
    missing: 'a replica that follows reads what others have appended',
    file: 'src/replica/replica.ts',
    find: 'if (seen.tail > this.position) return;',
    replace: 'if (seen.tail > this.position && !signal) return;',
    foundBy: 'watches-prompt',
  },
];
