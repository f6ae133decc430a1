// A small state machine for tests of the replica.

import { textOf, utf8 } from '../../src/encoding/binary.ts';
import type { StateMachine } from '../../src/state-machine/state-machine.ts';

/** Its state is the texts it was told. Some of them it cannot bear. */
export const diary: StateMachine<string[], string, number, string> = {
  name: 'diary',
  empty: () => [],
  encodeCommand: utf8,
  decodeCommand: textOf,
  apply(state, { position }, command) {
    if (command === 'unbearable') throw new Error('a text that it cannot bear');
    state.push(`${position}: ${command}`);
    return { result: state.length, changes: [command] };
  },
  encodeState: (state) => state.map(utf8),
  decodeState: (chunks) => [...chunks].map(textOf),
  stateBytes: (state) => state.length,
  changeBytes: (change) => change.length,
};
