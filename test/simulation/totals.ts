// What the seeds of one scenario add up to: a row of the table in test/README.md.

import { CALM, type FaultKind, noFaultsYet } from './faults.ts';
import type { SimulationResult } from './simulate.ts';

export class Totals {
  readonly #results: SimulationResult[] = [];

  add(result: SimulationResult): void {
    this.#results.push(result);
  }

  row(scenario: string): string {
    const sum = (of: (result: SimulationResult) => number) =>
      this.#results.reduce((total, result) => total + of(result), 0);
    const cells = [
      scenario,
      this.#results.length,
      ...[sum(({ operations }) => operations), sum(({ unknown }) => unknown)].map(grouped),
      this.#faults(),
      grouped(sum(({ zombies }) => zombies)),
      Math.round(sum(({ virtualMs }) => virtualMs) / 86_400_000),
      sum(({ findings }) => findings.length),
    ];
    return `| ${cells.join(' | ')} |`;
  }

  #faults(): string {
    const counts = noFaultsYet();
    const kinds = Object.keys(CALM) as FaultKind[];
    for (const { faults } of this.#results) for (const kind of kinds) counts[kind] += faults[kind];
    const injected = kinds.filter((kind) => counts[kind] > 0);
    return injected.map((kind) => `${kind} ${grouped(counts[kind])}`).join(', ') || 'none';
  }
}

function grouped(count: number): string {
  return count.toLocaleString('en');
}
