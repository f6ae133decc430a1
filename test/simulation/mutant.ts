// A mutant: the source with one rule or guard switched off.

export interface Mutant {
  /** The rule or guard that is missing. */
  readonly missing: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** The scenario of the simulation that should find it, or the folders of the tests that should. */
  readonly foundBy: string | readonly string[];
}

/** A text that is replaced in a file. */
export type Switch = readonly [missing: string, file: string, find: string, replace: string];

/** Where the texts of a group are, and what should find each. */
export interface MutantGroup {
  /** What the names of the group begin with. */
  readonly name: string;
  /** Default: the files are named from the top. */
  readonly folder?: string;
  readonly foundBy: Mutant['foundBy'];
}

export function mutantsOf({ name, folder, foundBy }: MutantGroup, switches: readonly Switch[]): Mutant[] {
  return switches.map(([missing, file, find, replace]) => ({
    missing: `${name}: ${missing}`,
    file: folder === undefined ? file : `${folder}/${file}`,
    find,
    replace,
    foundBy,
  }));
}
