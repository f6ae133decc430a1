// Flags of the benchmark commands.

import { parseArgs } from 'node:util';

/** Whole numbers by flag, with their defaults. */
export function numbersFromFlags<T extends Record<string, number>>(defaults: T): T {
  const options = Object.fromEntries(
    Object.keys(defaults).map((name) => [name, { type: 'string' as const }]),
  );
  const { values } = parseArgs({ options, strict: true });
  const entries = Object.entries(defaults).map(([name, fallback]) => {
    const given = Number(values[name] ?? fallback);
    if (!Number.isSafeInteger(given) || given < 0) throw new Error(`--${name} must be a whole number`);
    return [name, given];
  });
  return Object.fromEntries(entries) as T;
}
