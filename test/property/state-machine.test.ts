// Goal: the kernel and its snapshots agree with a model that is too simple to be wrong. Method: random commands to both; the same
// results, changes and states, with snapshots that are taken at one moment, read at a later one and gone on from.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ofText } from '../../src/encoding/byte-string.ts';
import { faultIn } from '../../src/state-machine/kernel/check-command.ts';
import type { Command } from '../../src/state-machine/kernel/command.ts';
import { kernel } from '../../src/state-machine/kernel/kernel.ts';
import type { KernelState } from '../../src/state-machine/kernel/state.ts';
import { written } from './kernel-commands.ts';
import { Model } from './kernel-model.ts';

const ALL = { key: ofText(''), end: ofText('') };

/** Commands that pass the limits, each with its place in the log. Some places have no command: read markers have positions, too. */
function placed(commands: readonly { command: Command; timeMs: number }[]) {
  return commands.flatMap(({ command: one, timeMs }, index) =>
    faultIn(one) === undefined ? [{ one, at: { position: index + 1, timeMs } }] : [],
  );
}

function spelt(state: KernelState): string {
  return Buffer.concat([...kernel.encodeState(state)]).toString('hex');
}

describe('the kernel against an obvious model', () => {
  const name =
    'same results, changes and states, also through a snapshot that is read later than it was taken';

  test(name, { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(
        fc.array(written, { maxLength: 40, size: 'max' }),
        fc.nat(40),
        fc.nat(40),
        (commands, takenAt, readAfter) => {
          const model = new Model();
          const whole = kernel.empty();
          let revived = kernel.empty();
          let frozen = kernel.encodeState(revived);
          let sinceFrozen: ReturnType<typeof placed> = [];
          for (const [index, { one, at }] of placed(commands).entries()) {
            const expected = model.run(at, one);
            expect(kernel.apply(whole, at, one)).toEqual(expected);
            expect(kernel.apply(revived, at, one)).toEqual(expected);
            sinceFrozen.push({ one, at });
            if (index === takenAt) {
              frozen = kernel.encodeState(revived);
              sinceFrozen = [];
            }
            if (index !== takenAt + readAfter) continue;
            revived = kernel.decodeState(frozen);
            for (const later of sinceFrozen) kernel.apply(revived, later.at, later.one);
          }
          expect(spelt(revived)).toBe(spelt(whole));
          expect([...whole.entriesIn(ALL)]).toEqual(model.sorted());
          expect(new Map([...whole.leases.values()].map((lease) => [lease.id, lease]))).toEqual(model.leases);
          expect([whole.revision, whole.compacted]).toEqual([model.revision, model.compacted]);
        },
      ),
      { numRuns: 3000 },
    );
  });

  test('a refused command leaves no trace', () => {
    fc.assert(
      fc.property(fc.array(written, { maxLength: 30, size: 'max' }), (commands) => {
        const state = kernel.empty();
        for (const { one, at } of placed(commands)) {
          if (one.kind === 'transaction' && one.requestId !== undefined) continue;
          const copy = kernel.decodeState(kernel.encodeState(state));
          const { result, changes } = kernel.apply(state, at, one);
          if (result.kind !== 'refused') continue;
          expect(changes).toEqual([]);
          copy.position = at.position;
          expect(spelt(state)).toBe(spelt(copy));
          expect(kernel.stateBytes(state)).toBe(kernel.stateBytes(copy));
          for (const id of ['l1', 'l2', 'l3'])
            expect(state.leases.keysOf(id)).toEqual(copy.leases.keysOf(id));
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('what a lease owns is what the entries say, and the bytes are those of a state that was loaded', () => {
    fc.assert(
      fc.property(fc.array(written, { maxLength: 30, size: 'max' }), (commands) => {
        const state = kernel.empty();
        for (const { one, at } of placed(commands)) kernel.apply(state, at, one);
        const entries = [...state.entriesIn(ALL)];
        for (const id of ['l1', 'l2', 'l3']) {
          const owned = entries.filter((entry) => entry.lease === id).map((entry) => entry.key);
          expect(state.leases.keysOf(id)).toEqual(owned);
        }
        expect(kernel.stateBytes(kernel.decodeState(kernel.encodeState(state)))).toBe(
          kernel.stateBytes(state),
        );
      }),
      { numRuns: 1000 },
    );
  });
});
