// What flags and arguments may say, as numbers.

import { InvalidArgumentError } from 'commander';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `500ms`, `15s`, `2m`, `1h` or `1d`; `0` needs no unit. Gives milliseconds. */
export function duration(text: string): number {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text) ?? [];
  const ms = text === '0' ? 0 : Number(amount) * (UNITS[unit] ?? Number.NaN);
  if (Number.isSafeInteger(Math.round(ms))) return Math.round(ms);
  throw new InvalidArgumentError('It is a time with its unit, such as 500ms, 15s, 2m or 1h.');
}

/** Whole seconds of a time as `duration` takes it, but not none. */
export function seconds(text: string): number {
  const value = duration(text) / 1000;
  if (value > 0 && Number.isInteger(value)) return value;
  throw new InvalidArgumentError('It is a time of whole seconds with its unit, such as 30d or 12h.');
}

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError('It is a whole number from 0.');
}

export function positiveNumber(text: string): number {
  const value = wholeNumber(text);
  if (value > 0) return value;
  throw new InvalidArgumentError('It is a whole number from 1.');
}
