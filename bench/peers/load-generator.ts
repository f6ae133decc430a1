// Starts the load generator anew for each load, so that none runs on what its compiler has learnt from
// another. It is bundled once: that takes a quarter of a second off each start.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

export class LoadGenerator<Job, Load> {
  readonly #program: string;

  /**
   * @param directory the bundle is put here
   * @param entryPoint a program that takes a `Job` as its argument and prints a `Load`, both as JSON
   */
  constructor(directory: string, entryPoint: string) {
    this.#program = join(directory, 'load.mjs');
    buildSync({
      entryPoints: [entryPoint],
      outfile: this.#program,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
    });
  }

  /** @throws Error when it does not end well */
  async run(job: Job): Promise<Load> {
    const asked = JSON.stringify(job);
    const child = spawn(process.execPath, [this.#program, asked], { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    if (code !== 0) throw new Error(`the load generator ended with ${code}: ${asked}`);
    return JSON.parse(text) as Load;
  }
}
