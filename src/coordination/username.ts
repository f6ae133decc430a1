// The form in which names are compared: the profile UsernameCaseMapped of PRECIS (RFC 8265, section 3.3, over
// the IdentifierClass of RFC 8264). No sound JavaScript library for it is alive (the only one, precis-js,
// implements the obsolete RFC 7564 with data of 2015), so it is here, on the Unicode properties of the
// runtime and the bidirectional classes of `bidi-js`.
//
// Stricter than the profile in one point: ZERO WIDTH NON-JOINER is allowed after a virama only, not between
// Arabic letters, because joining types are not to be had. The state machine never calls this: a command
// carries the canonical form, so replicas on runtimes with different versions of Unicode still agree.

import bidiFactory from 'bidi-js';
import type { Rejected } from '../api/common.ts';
import { isLongerThan } from '../encoding/binary.ts';
import { NAME_BYTES_MAX } from '../limits.ts';

/**
 * A text in its canonical form. Only the two functions below make one, so nothing is brought into this form
 * twice.
 */
class Canonical<Kind extends 'name' | 'prefix'> {
  readonly #kind: Kind;
  readonly text: string;

  constructor(kind: Kind, text: string) {
    this.#kind = kind;
    this.text = text;
  }

  get kind(): Kind {
    return this.#kind;
  }
}

export type CanonicalName = Canonical<'name'>;
export type CanonicalPrefix = Canonical<'prefix'>;

/** The canonical form of a name: `Alice`, `alice` and `ＡＬＩＣＥ` have the same. */
export function canonicalName(input: string | CanonicalName): CanonicalName | Rejected {
  if (typeof input !== 'string') return input;
  if (input === '.' || input === '..')
    return invalid('a name must not be "." or "..", which no URL can hold');
  // Every visible ASCII character is allowed in every place; nearly all names are made of them.
  if (ASCII_NAME.test(input) && input.length <= NAME_BYTES_MAX) {
    return new Canonical('name', input.toLowerCase());
  }
  if (input.length === 0) return invalid('a name must not be empty');
  // No input of so many UTF-16 units has a canonical form that is short enough.
  if (input.length > 4 * NAME_BYTES_MAX) return tooLong();
  if (!input.isWellFormed()) return invalid('a name must be well-formed Unicode');
  const prepared = mapWidth(input);
  const canonical = settle(prepared);
  if (canonical === undefined) return invalid('the name has no stable canonical form');
  const fault = faultOf(prepared) ?? faultOf(canonical) ?? bidiFault(canonical);
  if (fault !== undefined) return invalid(fault);
  if (isLongerThan(NAME_BYTES_MAX, canonical)) return tooLong();
  return new Canonical('name', canonical);
}

/** The canonical form of the beginning of a name; for listing. It may end where a name could not. */
export function canonicalPrefix(input: string | CanonicalPrefix): CanonicalPrefix | Rejected {
  if (typeof input !== 'string') return input;
  if (input.length > 4 * NAME_BYTES_MAX) return tooLong();
  if (!input.isWellFormed()) return invalid('a prefix must be well-formed Unicode');
  return new Canonical('prefix', mapWidth(input).toLowerCase().normalize('NFC'));
}

function tooLong(): Rejected {
  return invalid(`a name must not be longer than ${NAME_BYTES_MAX} bytes in its canonical form`);
}

function invalid(message: string): Rejected {
  return { kind: 'rejected', code: 'invalid-request', message };
}

/** Full-width and half-width forms become the characters that they are forms of. */
function mapWidth(text: string): string {
  return text.replace(/[\uFF01-\uFFEF]/gu, (character) => character.normalize('NFKC'));
}

/** RFC 8264, section 7: rules are applied again until nothing changes, at most three more times. */
function settle(text: string): string | undefined {
  let before = text;
  for (let times = 0; times < 4; times += 1) {
    const after = mapWidth(before).toLowerCase().normalize('NFC');
    if (after === before) return after;
    before = after;
  }
  return undefined;
}

function faultOf(text: string): string | undefined {
  const characters = [...text];
  for (const [index, character] of characters.entries()) {
    if (allows(character)) continue;
    const rule = CONTEXT_RULES.find(({ of }) => of.test(character));
    if (rule?.holds(characters, index)) continue;
    const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    return rule ? `U+${code} is not allowed in this place of a name` : `U+${code} is not allowed in a name`;
  }
  return undefined;
}

// RFC 8264, section 9.6 (exceptions) and 9.9 (old Hangul jamo).
const EXCEPTIONS_VALID = /^[\u00DF\u03C2\u06FD\u06FE\u0F0B\u3007]$/u;
const EXCEPTIONS_DISALLOWED = /^[\u0640\u07FA\u302E\u302F\u3031-\u3035\u303B]$/u;
const CONTEXTUAL = /^[\u00B7\u0375\u05F3\u05F4\u30FB\u0660-\u0669\u06F0-\u06F9\u200C\u200D]$/u;
const OLD_HANGUL_JAMO = /^[\u1100-\u11FF\uA960-\uA97C\uD7B0-\uD7FB]$/u;
const ASCII_NAME = /^[!-~]+$/;
const ASCII_VISIBLE = /^[!-~]$/u;
const IGNORABLE = /^[\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\p{Cc}]$/u;
const LETTER_OR_DIGIT = /^[\p{Ll}\p{Lu}\p{Lo}\p{Nd}\p{Lm}\p{Mn}\p{Mc}]$/u;

/** The derivation of RFC 8264, section 8, for the IdentifierClass. */
function allows(character: string): boolean {
  if (EXCEPTIONS_VALID.test(character)) return true;
  if (EXCEPTIONS_DISALLOWED.test(character) || CONTEXTUAL.test(character)) return false;
  if (ASCII_VISIBLE.test(character)) return true;
  if (OLD_HANGUL_JAMO.test(character) || IGNORABLE.test(character)) return false;
  return LETTER_OR_DIGIT.test(character) && character.normalize('NFKC') === character;
}

/** All characters of canonical combining class 9. */
const VIRAMA =
  /^[\u{94d}\u{9cd}\u{a4d}\u{acd}\u{b4d}\u{bcd}\u{c4d}\u{ccd}\u{d3b}\u{d3c}\u{d4d}\u{dca}\u{e3a}\u{eba}\u{f84}\u{1039}\u{103a}\u{1714}\u{1715}\u{1734}\u{17d2}\u{1a60}\u{1b44}\u{1baa}\u{1bab}\u{1bf2}\u{1bf3}\u{2d7f}\u{a806}\u{a82c}\u{a8c4}\u{a953}\u{a9c0}\u{aaf6}\u{abed}\u{10a3f}\u{11046}\u{11070}\u{1107f}\u{110b9}\u{11133}\u{11134}\u{111c0}\u{11235}\u{112ea}\u{1134d}\u{11442}\u{114c2}\u{115bf}\u{1163f}\u{116b6}\u{1172b}\u{11839}\u{1193d}\u{1193e}\u{119e0}\u{11a34}\u{11a47}\u{11a99}\u{11c3f}\u{11d44}\u{11d45}\u{11d97}]$/u;

interface ContextRule {
  readonly of: RegExp;
  readonly holds: (characters: readonly string[], index: number) => boolean;
}

const noneOf = (pattern: RegExp) => (characters: readonly string[]) =>
  !characters.some((character) => pattern.test(character));

// RFC 5892, appendix A.
const CONTEXT_RULES: readonly ContextRule[] = [
  { of: /[\u200C\u200D]/u, holds: (all, index) => VIRAMA.test(all[index - 1] ?? '') },
  { of: /\u00B7/u, holds: (all, index) => all[index - 1] === 'l' && all[index + 1] === 'l' },
  { of: /\u0375/u, holds: (all, index) => /\p{Script=Greek}/u.test(all[index + 1] ?? '') },
  { of: /[\u05F3\u05F4]/u, holds: (all, index) => /\p{Script=Hebrew}/u.test(all[index - 1] ?? '') },
  {
    of: /\u30FB/u,
    holds: (all) => all.some((one) => /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u.test(one)),
  },
  { of: /[\u0660-\u0669]/u, holds: noneOf(/[\u06F0-\u06F9]/u) },
  { of: /[\u06F0-\u06F9]/u, holds: noneOf(/[\u0660-\u0669]/u) },
];

// The package's types describe its ES module; Node loads the CommonJS one, whose default export is the
// factory itself.
const bidi = (bidiFactory as unknown as typeof bidiFactory.default)();
const RIGHT_TO_LEFT_ONLY = new Set(['R', 'AL', 'AN', 'EN', 'ES', 'CS', 'ET', 'ON', 'BN', 'NSM']);
const LEFT_TO_RIGHT_ONLY = new Set(['L', 'EN', 'ES', 'CS', 'ET', 'ON', 'BN', 'NSM']);

/** The Bidi Rule of RFC 5893, section 2, for names that hold a character of a right-to-left script. */
function bidiFault(text: string): string | undefined {
  const classes = [...text].map((character) => bidi.getBidiCharTypeName(character));
  if (!classes.some((one) => one === 'R' || one === 'AL' || one === 'AN')) return undefined;
  const [first] = classes;
  const lastStrong = classes.findLast((one) => one !== 'NSM') ?? '';
  const rightToLeft = first === 'R' || first === 'AL';
  const digits = new Set(classes.filter((one) => one === 'EN' || one === 'AN'));
  const sound = rightToLeft
    ? classes.every((one) => RIGHT_TO_LEFT_ONLY.has(one)) &&
      ['R', 'AL', 'EN', 'AN'].includes(lastStrong) &&
      digits.size < 2
    : first === 'L' &&
      classes.every((one) => LEFT_TO_RIGHT_ONLY.has(one)) &&
      ['L', 'EN'].includes(lastStrong);
  return sound ? undefined : 'the name mixes directions of writing in a way that could be misread';
}
