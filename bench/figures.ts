// What every benchmark hands over: named figures, each with all the values that were measured or counted for
// it.

import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import * as z from 'zod';

const figureSchema = z.object({
  /** Parts divided by ` / `: benchmark, what was measured, under which condition, quantity. */
  id: z.string(),
  unit: z.string(),
  better: z.enum(['more', 'less']),
  /** One for what is counted; one per slice of time for what is timed. */
  values: z.array(z.number()).min(1),
});

const resultsSchema = z.object({
  machine: z.object({ processors: z.number(), model: z.string(), node: z.string() }),
  form: z.enum(['short', 'long']),
  /** What was not measured, and why. */
  missing: z.array(z.string()),
  figures: z.array(figureSchema),
});

export type Figure = z.infer<typeof figureSchema>;

export type Results = z.infer<typeof resultsSchema>;

export function figure(
  parts: readonly (string | number)[],
  unit: string,
  better: Figure['better'],
  values: readonly number[],
): Figure {
  return { id: parts.join(' / '), unit, better, values: values.map(rounded) };
}

/** @throws Error when the file is none of ours. */
export function readResults(path: string): Results {
  return resultsSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
}

export function machine(): Results['machine'] {
  const all = cpus();
  return { processors: all.length, model: all[0]?.model ?? 'unknown', node: process.version };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const high = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? Number.NaN) + high) / 2;
}

/** The value below which `share` of the sorted values are. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

/** Looks figures up for a table. A figure that is not there has no value. */
export function valuesOf(figures: readonly Figure[]): (...parts: (string | number)[]) => number | undefined {
  const byId = new Map(figures.map(({ id, values }) => [id, median(values)]));
  return (...parts) => byId.get(parts.join(' / '));
}

/** The second parts of the ids of one benchmark, in their order. */
export function namesIn(figures: readonly Figure[], benchmark: string): string[] {
  const parts = figures.map(({ id }) => id.split(' / ')).filter(([first]) => first === benchmark);
  return [...new Set(parts.map(([, name = '']) => name))];
}

/** A number as a table shows it: three significant digits, thousands told apart. */
export function shown(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '–';
  if (value === 0) return '0';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  const places = Math.min(6, digits);
  const fixed = Math.abs(value) >= 1000 ? String(Math.round(value)) : String(Number(value.toFixed(places)));
  return fixed.replace(/\B(?=(\d{3})+$)/g, fixed.includes('.') ? '' : ',');
}

export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function rounded(value: number): number {
  return Number(value.toPrecision(6));
}
