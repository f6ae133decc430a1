// The outcomes of one run of kazoo's suite: by class, and held against the exceptions.

import { readFileSync } from 'node:fs';
import * as z from 'zod';
import type { Exception } from './exceptions.ts';

const outcomeSchema = z.object({ test: z.string(), outcome: z.enum(['passed', 'failed', 'skipped']) });

type Outcome = z.infer<typeof outcomeSchema>;

export interface Verdict {
  /** For people. */
  readonly text: string;
  readonly isGood: boolean;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** What the plugin has written. */
export function outcomesIn(path: string): Outcome[] {
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => outcomeSchema.parse(JSON.parse(line)));
}

/** @param exceptions those that count in this run */
export function judge(outcomes: readonly Outcome[], exceptions: readonly Exception[]): Verdict {
  const exceptionOf = ({ test }: Outcome) => exceptions.find((one) => isWithin(test, one.test));
  const failures = outcomes.filter(({ outcome }) => outcome === 'failed');
  const unexpected = failures.filter((one) => exceptionOf(one) === undefined);
  const surprising = outcomes.filter((one) => one.outcome === 'passed' && exceptionOf(one) !== undefined);
  const lines = [
    ...byClass(outcomes),
    ...(failures.flatMap((one) => exceptionOf(one)?.reason ?? []).length === 0 ? [] : ['Known exceptions:']),
    ...failures.filter((one) => exceptionOf(one)).map((one) => `  ${one.test}: ${exceptionOf(one)?.reason}`),
    ...surprising.map(({ test }) => `  passes although it is an exception: ${test}`),
    ...unexpected.map(({ test }) => `FAILED ${test}`),
  ];
  const count = (wanted: Outcome['outcome']) => outcomes.filter(({ outcome }) => outcome === wanted).length;
  return {
    text: `${lines.join('\n')}\n`,
    // A suite that did not run has no failures.
    isGood: unexpected.length === 0 && count('passed') > 0,
    passed: count('passed'),
    failed: failures.length,
    skipped: count('skipped'),
  };
}

function isWithin(test: string, exception: string): boolean {
  return test.endsWith(exception) || test.includes(`${exception}::`);
}

function byClass(outcomes: readonly Outcome[]): string[] {
  const classes = new Map<string, Outcome[]>();
  for (const one of outcomes) {
    const name = one.test.split('::').slice(0, -1).join(' ');
    classes.set(name, [...(classes.get(name) ?? []), one]);
  }
  return [...classes].map(([name, all]) => {
    const count = (wanted: string) => all.filter(({ outcome }) => outcome === wanted).length;
    return `  ${name}: ${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`;
  });
}
