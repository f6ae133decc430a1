// One sequence of steps on etcd and on a kernel, each compared as it goes.

import { deepStrictEqual } from 'node:assert/strict';
import { ofText } from '../../src/encoding/byte-string.ts';
import type { Command, Operation } from '../../src/state-machine/kernel/command.ts';
import { kernel } from '../../src/state-machine/kernel/kernel.ts';
import type { CommandResult } from '../../src/state-machine/kernel/result.ts';
import {
  etcdKv,
  grantAnswer,
  headerOnly,
  keepAliveAnswer,
  kernelKv,
  kernelRevision,
  ofBase64,
  ofEtcd,
  ofKernel,
  rangeAnswer,
  refusalIn,
  timeToLiveAnswer,
} from './answers.ts';
import type { Etcd } from './etcd.ts';
import { etcdRevision, leaseId, type Origin, txnRequest } from './requests.ts';
import { LEASES, type Step } from './steps.ts';

const ALL = { key: ofText(''), end: ofText('') };
const ETCD_ALL = { key: 'AA==', range_end: 'AA==' };
let sequences = 0;

/** @throws what differs, after the first step that does. @param count is told the kind of every step's answer. */
export async function play(etcd: Etcd, steps: readonly Step[], count: (kind: string) => void): Promise<void> {
  const both = new Both(etcd, await beginning(etcd));
  for (const step of steps) {
    const { found, expected } = await both.do(step);
    deepStrictEqual(found, expected);
    count(`${step.kind}: ${outcome(expected)}`);
  }
  await both.compareStates();
  await both.endLeases();
}

function outcome(answer: object): string {
  if ('refused' in answer) return String(answer.refused);
  return 'succeeded' in answer && !answer.succeeded ? 'else' : 'done';
}

/**
 * An empty store with all of its past compacted, as the kernel's 1: what the sequence says of revisions
 * does not depend on those before it.
 */
async function beginning(etcd: Etcd): Promise<Origin> {
  sequences += 1;
  await etcd.post('/v3/kv/put', { key: 'AA==' });
  const deleted = await etcd.post('/v3/kv/deleterange', ETCD_ALL);
  const { revision } = headerOnly.parse(deleted).header;
  headerOnly.parse(await etcd.post('/v3/kv/compaction', { revision }));
  return { revision, lease: sequences * 10 };
}

interface Compared {
  /** From the kernel. */
  readonly found: object;
  /** From etcd. */
  readonly expected: object;
}

class Both {
  readonly #etcd: Etcd;
  readonly #origin: Origin;
  readonly #kernel = kernel.empty();
  /** At which position of the kernel's each of its revisions was made. */
  readonly #positions = [0, 0];

  constructor(etcd: Etcd, origin: Origin) {
    this.#etcd = etcd;
    this.#origin = origin;
  }

  do(step: Step): Promise<Compared> {
    switch (step.kind) {
      case 'transaction':
        return this.#transact(step);
      case 'grant':
        return this.#grant(step.lease, step.ttlSeconds);
      case 'end':
        return this.#end(step.lease, step.by);
      case 'renew':
        return this.#renew(step.lease);
      case 'compact':
        return this.#compact(step.revision);
    }
  }

  async #transact(step: Step & { kind: 'transaction' }): Promise<Compared> {
    const answer = await this.#etcd.post('/v3/kv/txn', txnRequest(this.#origin, step));
    return { expected: ofEtcd(this.#origin, answer), found: ofKernel(this.#apply(step)) };
  }

  async #grant(lease: string, ttlSeconds: number): Promise<Compared> {
    const request = { ID: leaseId(this.#origin, lease), TTL: ttlSeconds };
    const answer = await this.#etcd.post('/v3/lease/grant', request);
    const result = this.#operate({ kind: 'grant', lease, ttlMs: ttlSeconds * 1000 });
    const [granted] = result.kind === 'transaction' ? result.results : [];
    if (result.kind !== 'transaction' || granted?.kind !== 'grant') throw new Error(`${result.kind}?`);
    // The kernel answers with the lease that is there, and etcd refuses.
    const found = granted.granted
      ? { revision: result.revision, ttlMs: granted.ttlMs }
      : { refused: 'lease-exists' };
    const refusal = refusalIn(answer);
    if (refusal) return { expected: refusal, found };
    const { header, TTL } = grantAnswer.parse(answer);
    return { expected: { revision: this.#revision(header.revision), ttlMs: TTL * 1000 }, found };
  }

  async #end(lease: string, by: 'revoke' | 'expire'): Promise<Compared> {
    const answer = await this.#etcd.post('/v3/lease/revoke', { ID: leaseId(this.#origin, lease) });
    const expected = refusalIn(answer) ?? {
      revision: this.#revision(headerOnly.parse(answer).header.revision),
    };
    return { expected, found: by === 'revoke' ? this.#revoke(lease) : this.#expire(lease) };
  }

  #revoke(lease: string): object {
    const result = this.#operate({ kind: 'revoke', lease });
    return result.kind === 'transaction' ? { revision: result.revision } : ofKernel(result);
  }

  #expire(lease: string): object {
    const renewedAt = this.#kernel.lease(lease)?.renewedAt ?? 0;
    const result = this.#apply({ kind: 'expire', leases: [{ lease, renewedAt }] });
    if (result.kind !== 'expired' || result.leases.length === 0) return { refused: 'lease-not-found' };
    return { revision: result.revision };
  }

  async #renew(lease: string): Promise<Compared> {
    const answer = await this.#etcd.post('/v3/lease/keepalive', { ID: leaseId(this.#origin, lease) });
    const result = this.#apply({ kind: 'renew', leases: [lease] });
    const ttlsMs = result.kind === 'renewed' ? result.ttlsMs : [];
    // Of a lease that is gone etcd says that its time to live is 0.
    return {
      expected: { ttlMs: keepAliveAnswer.parse(answer).result.TTL * 1000 },
      found: { ttlMs: ttlsMs[0] ?? 0 },
    };
  }

  /** The kernel compacts positions: the revision's own, or one that lies as far ahead. */
  async #compact(revision: number): Promise<Compared> {
    const request = { revision: etcdRevision(this.#origin, Math.max(revision, 1)) };
    const answer = await this.#etcd.post('/v3/kv/compaction', request);
    const { position } = this.#kernel;
    const ahead = position + revision - this.#kernel.revision;
    const result = this.#apply({ kind: 'compact', position: this.#positions[revision] ?? ahead });
    const found = result.kind === 'compacted' ? { compacted: revision } : ofKernel(result);
    const expected = refusalIn(answer) ?? { compacted: revision };
    return { expected, found };
  }

  /** Every entry, and every lease with its keys. */
  async compareStates(): Promise<void> {
    const { header, kvs } = rangeAnswer.parse(await this.#etcd.post('/v3/kv/range', ETCD_ALL));
    deepStrictEqual(
      [...this.#kernel.entriesIn(ALL)].map(kernelKv),
      kvs.map((kv) => etcdKv(this.#origin, kv)),
    );
    deepStrictEqual(this.#kernel.revision, this.#revision(header.revision));
    for (const name of LEASES) {
      const request = { ID: leaseId(this.#origin, name), keys: true };
      const answer = timeToLiveAnswer.parse(await this.#etcd.post('/v3/lease/timetolive', request));
      deepStrictEqual(this.#kernel.leases.keysOf(name), answer.keys.map(ofBase64).sort());
      deepStrictEqual(this.#kernel.lease(name)?.ttlMs ?? 0, answer.grantedTTL * 1000);
    }
  }

  async endLeases(): Promise<void> {
    for (const { id } of this.#kernel.leases.values()) {
      await this.#etcd.post('/v3/lease/revoke', { ID: leaseId(this.#origin, id) });
    }
  }

  #revision(etcds: number): number {
    return kernelRevision(this.#origin, etcds);
  }

  #operate(operation: Operation): CommandResult {
    return this.#apply({ kind: 'transaction', checks: [], then: [operation], else: [] });
  }

  #apply(command: Command): CommandResult {
    const position = this.#kernel.position + 1;
    const { result } = kernel.apply(this.#kernel, { position, timeMs: 0 }, command);
    this.#positions[this.#kernel.revision] ??= position;
    return result;
  }
}
