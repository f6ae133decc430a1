// A line of a transcript in words. `transcripts/README.md` describes the language.

/** `A: acquire door ann ttl=10s`. */
export interface Line {
  /** The server that is spoken to; undefined for what is said to all. */
  readonly server: string | undefined;
  readonly verb: string;
  /** The word at this place behind the verb. @throws Error when there is none */
  word(index: number): string;
  /** The first word behind the verb, which may have a query. */
  readonly path: string;
  /** The word behind `as`. */
  readonly name: string | undefined;
  /** What a word has behind `option=`. */
  text(option: string): string | undefined;
  position(option: string): number | undefined;
  /** `10s` or `20ms`, in milliseconds. */
  ms(option: string): number | undefined;
}

export function lineOf(line: string): Line {
  const [, server, said = ''] = /^(?:([A-Z]): )?(.*)$/.exec(line) ?? [];
  const [verb = '', ...words] = said.split(' ');
  const text = (option: string) =>
    words.find((word) => word.startsWith(`${option}=`))?.slice(option.length + 1);
  const as = words.indexOf('as');
  return {
    server,
    verb,
    word(index) {
      const word = words[index];
      if (word === undefined || word.includes('=')) throw new Error(`a word is missing: ${line}`);
      return word;
    },
    path: words[0] ?? '',
    name: as < 0 ? undefined : words[as + 1],
    text,
    position(option) {
      const number = text(option);
      return number === undefined ? undefined : Number(number);
    },
    ms(option) {
      const time = text(option);
      return time === undefined ? undefined : msIn(time);
    },
  };
}

/** @throws Error for what is no time */
export function msIn(time: string): number {
  const [, number, unit] = /^(\d+)(m?s)$/.exec(time) ?? [];
  if (unit === undefined) throw new Error(`no time: ${time}`);
  return Number(number) * (unit === 's' ? 1000 : 1);
}
