// The package as `npm pack` makes it of what is built.

import { execFile } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import { temporaryDirectory } from './temporary.ts';

const run = promisify(execFile);

const listSchema = z
  .array(
    z.object({
      filename: z.string(),
      size: z.number(),
      unpackedSize: z.number(),
      files: z.array(z.object({ path: z.string(), size: z.number(), mode: z.number() })),
    }),
  )
  .length(1);

export interface Packed {
  /** The packed file. */
  readonly file: string;
  readonly bytes: number;
  readonly unpackedBytes: number;
  readonly paths: readonly string[];
  /** Puts its content where npm would. */
  unpack(directory: string): Promise<void>;
  read(): Promise<Buffer<ArrayBuffer>>;
  remove(): Promise<void>;
}

/** Packs what is in `dist`; `npm run build` comes before. */
export async function pack(): Promise<Packed> {
  const { path, remove } = await temporaryDirectory();
  // `prepack` would build once more, under the feet of other tests.
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', path];
  const { stdout } = await run('npm', args, { maxBuffer: 10_000_000 });
  const [list] = listSchema.parse(JSON.parse(stdout));
  if (!list) throw new Error('npm has packed one package');
  const file = join(path, list.filename);
  return {
    file,
    bytes: list.size,
    unpackedBytes: list.unpackedSize,
    paths: list.files.map((one) => one.path),
    async unpack(directory) {
      await mkdir(directory, { recursive: true });
      await run('tar', ['-xzf', file, '--strip-components=1', '-C', directory]);
    },
    read: () => readFile(file),
    remove,
  };
}
