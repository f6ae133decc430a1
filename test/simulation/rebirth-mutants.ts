// The guards that keep the incarnations of a namespace apart, switched off one at a time.

import type { Mutant } from './mutant.ts';

export const REBIRTH_MUTANTS: readonly Mutant[] = [
  {
    missing: 'a command is for the incarnation that its replica has replayed',
    file: 'src/replica/replica.ts',
    find: "{ create: 'never', incarnation,",
    replace: "{ create: 'never',",
    foundBy: 'rebirth-crashy',
  },
  {
    missing: 'who creates a namespace does not add to that of another process',
    file: 'src/replica/replica.ts',
    find: "{ create: 'must-be-new', createContentType,",
    replace: "{ create: 'if-missing', createContentType,",
    foundBy: 'rebirth-crashy',
  },
  {
    missing: 'a missing log is judged by what was known when the read began',
    file: 'src/replica/catch-up.ts',
    find: 'if (!wasKnown) return;',
    replace: 'if (!wasKnown && this.#parts.identity.incarnation === undefined) return;',
    foundBy: 'crashy',
  },
  {
    missing: 'a replica takes no snapshot of an earlier incarnation',
    file: 'src/replica/catch-up.ts',
    find: 'if (!ref || ref.position <= incarnation) return undefined;',
    replace: 'if (!ref) return undefined;',
    foundBy: 'rebirth-crashy',
  },
  {
    missing: 'a replica begins after the tombstone of the incarnation before',
    file: 'src/replica/catch-up.ts',
    find: 'if (incarnation > applier.position) {',
    replace: 'if (incarnation < 0) {',
    foundBy: 'rebirth-crashy',
  },
  {
    missing: 'a replica runs the state machine of its namespace',
    file: 'src/replica/identity.ts',
    find: 'if (found !== this.#machineName) {',
    replace: "if (found === 'another') {",
    foundBy: 'rebirth-crashy',
  },
  {
    missing: 'a replica stays with one incarnation',
    file: 'src/replica/identity.ts',
    find: 'this.#incarnation !== undefined && metadata.incarnation !== this.#incarnation',
    replace: 'this.#incarnation !== undefined && metadata.incarnation < 0',
    foundBy: 'rebirth-crashy',
  },
];
