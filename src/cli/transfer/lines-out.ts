// The lines of an export on their way out: counted, digested, and to standard output or a file.

import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { write } from '../output.ts';
import type { Footer } from './format.ts';

export class LinesOut {
  readonly #file: FileHandle | undefined;
  readonly #hash: Hash;
  #records: number;

  private constructor(file: FileHandle | undefined, hash: Hash, records: number) {
    this.#file = file;
    this.#hash = hash;
    this.#records = records;
  }

  static toStandardOutput(): LinesOut {
    return new LinesOut(undefined, createHash('sha256'), 0);
  }

  /** @throws Error with the code EEXIST when there is such a file */
  static async toNewFile(path: string): Promise<LinesOut> {
    return new LinesOut(await open(path, 'wx'), createHash('sha256'), 0);
  }

  /** Goes on behind `bytes`, which are kept and whose digest is `hash`; the rest of the file is cut off. */
  static async behind(path: string, kept: { bytes: number; records: number; hash: Hash }): Promise<LinesOut> {
    const before = await open(path, 'r+');
    await before.truncate(kept.bytes);
    await before.close();
    return new LinesOut(await open(path, 'a'), kept.hash, kept.records);
  }

  get records(): number {
    return this.#records;
  }

  header(header: object): Promise<void> {
    return this.#write(`${JSON.stringify(header)}\n`);
  }

  async lines(text: string, records: number): Promise<void> {
    await this.#write(text);
    this.#records += records;
  }

  /** A file is on disk when this resolves. */
  async end(more: Pick<Footer, 'last' | 'closed'>): Promise<Footer> {
    const sha256 = this.#hash.copy().digest('hex');
    const footer = { ordinal: 'end', records: this.#records, ...more, sha256 } as const;
    await this.#write(`${JSON.stringify(footer)}\n`);
    await this.#file?.sync();
    await this.#file?.close();
    return footer;
  }

  async #write(text: string): Promise<void> {
    const bytes = Buffer.from(text);
    this.#hash.update(bytes);
    if (this.#file) await this.#file.writeFile(bytes);
    else await write(bytes);
  }
}
