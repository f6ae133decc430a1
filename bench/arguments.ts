// Flags of the benchmark commands: `--help` says what there is, and what is not understood ends with that,
// too.

import { type ParseArgsConfig, parseArgs } from 'node:util';

type Options = NonNullable<ParseArgsConfig['options']>;

/** What `args` say. Ends the process after `--help` (0), or with a word on what is wrong (2). */
export function flagsOf<const T extends Options>(usage: string, args: readonly string[], options: T) {
  try {
    const help = { help: { type: 'boolean', short: 'h' } } as const;
    const parsed = parseArgs({
      args: [...args],
      options: { ...options, ...help },
      strict: true,
      allowPositionals: true,
    });
    if (!('help' in parsed.values)) return parsed;
  } catch (error) {
    refuse(error instanceof Error ? error.message : String(error), usage);
  }
  process.stdout.write(`${usage}\n`);
  return process.exit(0);
}

/** Ends the process. */
export function refuse(reason: string, usage: string): never {
  process.stderr.write(`${reason}\n\n${usage}\n`);
  return process.exit(2);
}

/** The whole numbers in `text`, separated by commas; ends the process when these are none. */
export function wholeNumbers(flag: string, text: string, usage: string): number[] {
  if (!/^\d{1,9}(,\d{1,9})*$/.test(text)) refuse(`${flag} must be a whole number, not ${text}`, usage);
  return text.split(',').map(Number);
}

/** Whole numbers by flag, with their defaults. */
export function numbersFromFlags<T extends Record<string, number>>(
  usage: string,
  args: readonly string[],
  defaults: T,
): T {
  const options = Object.fromEntries(
    Object.keys(defaults).map((name) => [name, { type: 'string' as const }]),
  );
  const { values } = flagsOf(usage, args, options);
  const given: Readonly<Record<string, string | boolean | undefined>> = values;
  const entries = Object.entries(defaults).map(([name, fallback]) => {
    const [number] = wholeNumbers(`--${name}`, String(given[name] ?? fallback), usage);
    return [name, number];
  });
  return Object.fromEntries(entries) as T;
}
