// Sequences: counters of the kernel.

import type { ListPageOptions, ReadOptions } from '../api/common.ts';
import type * as api from '../api/sequences.ts';
import { assert } from '../assert.ts';
import { ofText, toText } from '../encoding/byte-string.ts';
import { SEQUENCE_COUNT_MAX } from '../limits.ts';
import { nameFault } from '../resource-names.ts';
import type { Kernel } from './kernel.ts';
import { SEQUENCES } from './keys.ts';
import { invalid, keyReused } from './outcome.ts';

export class Sequences implements api.Sequences {
  readonly #kernel: Kernel;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  async next(name: string, { count = 1, idempotencyKey }: api.NextOptions = {}): Promise<api.NextResult> {
    const fault = nameFault('sequence', name) ?? countFault(count);
    if (fault !== undefined) return invalid(fault);
    const submitted = await this.#kernel.transact({
      kind: 'transaction',
      requestId: idempotencyKey,
      checks: [],
      then: [{ kind: 'add', key: ofText(SEQUENCES + name), by: count }],
      else: [],
    });
    if (submitted.kind === 'invalid') return invalid(submitted.reason);
    if (submitted.kind === 'failed') return submitted;
    const { result } = submitted;
    if (result.kind === 'request-id-reused') return keyReused(result);
    if (result.kind === 'refused') return { kind: 'exhausted', position: result.position };
    const added = result.kind === 'transaction' ? result.results[0] : undefined;
    assert(added?.kind === 'add', `an addition was answered with ${result.kind}`);
    const last = Number(toText(added.entry.value));
    return { kind: 'next', position: result.position, first: last - count + 1, last };
  }

  async lookUp(name: string, options?: ReadOptions): Promise<api.LastResult> {
    const fault = nameFault('sequence', name);
    if (fault !== undefined) return invalid(fault);
    const read = await this.#kernel.read((state) => state.get(ofText(SEQUENCES + name))?.value, options);
    if (read.kind !== 'read') return read;
    return {
      kind: 'last',
      position: read.position,
      last: read.value === undefined ? 0 : Number(toText(read.value)),
    };
  }

  async list(options: ListPageOptions = {}): Promise<api.ListSequencesResult> {
    const { listSequences } = await import('./lists.ts');
    return listSequences(this.#kernel, options);
  }
}

function countFault(count: number): string | undefined {
  if (Number.isInteger(count) && count >= 1 && count <= SEQUENCE_COUNT_MAX) return undefined;
  return `from 1 to ${SEQUENCE_COUNT_MAX} numbers are taken at once`;
}
