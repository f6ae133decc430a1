// The guards that keep a stream that exists in the list, switched off one at a time. The tests of `streams` must
// notice each.

import type { Mutant } from '../simulation/mutants.ts';

/** Text that is replaced in a file. */
type Switch = readonly [missing: string, file: string, find: string, replace: string];

const SWITCHES: readonly Switch[] = [
  [
    'a stream is created just where the look has found none',
    'src/streams/stream.ts',
    'seal: close, incarnation: look.tail }',
    'seal: close }',
  ],
  [
    'a creator looks before it notes the stream down',
    'src/streams/stream.ts',
    'const look = await this.#log.checkTail();\n      await this.#register.add();',
    'await this.#register.add();\n      const look = await this.#log.checkTail();',
  ],
  [
    'a creator notes the stream down',
    'src/streams/stream.ts',
    "await this.#register.add();\n      if (look.kind === 'end')",
    "if (look.kind === 'end') await this.#register.add();\n      if (look.kind === 'end')",
  ],
  [
    'a look confirms what this process knows of the list',
    'src/coordination/register.ts',
    "if (read.kind === 'read' && read.value) return;",
    "if (read.kind === 'read') return;",
  ],
  [
    'a creator removes the mark of a deletion',
    'src/coordination/register.ts',
    "const isPresent: Check = { range: { key }, target: 'value', is: '=', to: PRESENT };",
    "const isPresent: Check = { range: { key }, target: 'version', is: '>', to: 0 };",
  ],
  [
    'a deletion marks the name first',
    'src/coordination/register.ts',
    'then: [mark], else: []',
    "then: [{ kind: 'get', range, limit: 1 }], else: []",
  ],
  [
    'a name is removed only with the mark of its deletion',
    'src/coordination/register.ts',
    "target: 'modified', is: '=', to: modified",
    "target: 'modified', is: '>', to: 0",
  ],
  [
    'a deletion takes the stream off the list',
    'src/streams/stream.ts',
    'await finishRemoval().catch(unlessStoreError);',
    '',
  ],
];

export const STREAM_MUTANTS: readonly Mutant[] = SWITCHES.map(([missing, file, find, replace]) => ({
  missing: `streams: ${missing}`,
  file,
  find,
  replace,
  foundBy: ['test/streams'],
}));
