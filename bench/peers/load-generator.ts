// Starts the load generator anew for each load, so that none runs on what its compiler has learnt from
// another. It is bundled once: that takes a quarter of a second off each start.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import type { Job, Load } from './load.ts';

export class LoadGenerator {
  readonly #program: string;

  /** The bundle is put into `directory`. */
  constructor(directory: string) {
    this.#program = join(directory, 'load.mjs');
    buildSync({
      entryPoints: ['bench/peers/load.ts'],
      outfile: this.#program,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
    });
  }

  /** @throws Error when it does not end well */
  async run(job: Job): Promise<Load> {
    const child = spawn(process.execPath, [this.#program, JSON.stringify(job)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    if (code !== 0) throw new Error(`the load generator ended with ${code}: ${job.workload}`);
    return JSON.parse(text) as Load;
  }
}
