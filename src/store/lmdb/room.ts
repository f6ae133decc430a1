// Room on the disk ahead of what LMDB writes. A sync of a file that grows takes the disk about twice as long as one of a file
// that keeps its size. And a full disk is found out before a transaction has changed anything: not within LMDB, whose
// commit then fails for everybody, and which (in lmdb 3.5) writes its report of that beyond the end of a buffer.

import { closeSync, fstatSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from 'lmdb';
import { messageOf } from './message-of.ts';
import type { Tables } from './tables.ts';

/** The disk has no room for a write; nothing of it has happened. */
export class NoRoomError extends Error {
  override readonly name = 'NoRoomError';
}

const STEP = Buffer.alloc(1024 * 1024);
/** For the pages of a transaction whatever it does: roots, the list of free pages. */
const PAGES_PER_TRANSACTION = 64;
/** For the branches that a change copies or splits, beside the value itself. */
const PAGES_PER_WRITE = 8;
/**
 * Kept for removals on a full disk, and for writes that should find a place among the free pages and do not: LMDB takes no page
 * that this transaction or the one before it has freed, nor one that a reader still looks at. The largest write fits.
 */
const PAGES_KEPT = 256;
/** A value needs pages in a row, and free ones may be apart from each other. */
const FREE_PAGES_PER_PAGE = 4;

export class Room {
  readonly #tables: Tables;
  readonly #file: number;
  #sizeBytes = 0;
  #pageBytes = 0;
  #lastPage = 0;
  #neededPages = 0;

  constructor(tables: Tables, directory: string) {
    this.#tables = tables;
    this.#file = openSync(join(directory, 'data.mdb'), 'r+');
  }

  /** At the beginning of a write transaction: other processes have written, and made room, meanwhile. */
  begin(): void {
    const { pageSize, lastPageNumber } = pagesOf(this.#tables.root);
    this.#sizeBytes = fstatSync(this.#file).size;
    this.#pageBytes = pageSize;
    this.#lastPage = lastPageNumber;
    this.#neededPages = PAGES_PER_TRANSACTION;
  }

  /**
   * Makes room for a value, within the transaction, whose lock keeps everybody else from writing behind the end of the file.
   * Once there, room stays: a store that does not grow needs no more of the disk.
   * @throws NoRoomError
   */
  reserve(valueBytes: number): void {
    const pages = Math.ceil(valueBytes / this.#pageBytes) + PAGES_PER_WRITE;
    // LMDB takes the pages of what was removed first.
    this.#reserve(pages, () => this.#freePages() > this.#neededPages * FREE_PAGES_PER_PAGE);
  }

  /** A removal makes room for others. @throws NoRoomError */
  reserveForRemoval(): void {
    this.#reserve(PAGES_PER_WRITE, () => true);
  }

  close(): void {
    closeSync(this.#file);
  }

  #reserve(pages: number, mayUseWhatIsKept: () => boolean): void {
    this.#neededPages += pages;
    const fault = this.#grow();
    if (fault === undefined || (this.#hasPages(this.#neededPages) && mayUseWhatIsKept())) return;
    this.#neededPages -= pages;
    throw new NoRoomError(`no room for a write of ${pages} pages: ${fault}`);
  }

  /** Lengthens the file until there is room, and some is kept; answers why it could not. */
  #grow(): string | undefined {
    while (!this.#hasPages(this.#neededPages + PAGES_KEPT)) {
      try {
        this.#sizeBytes += writeSync(this.#file, STEP, 0, STEP.length, this.#sizeBytes);
      } catch (cause) {
        return messageOf(cause);
      }
    }
    return undefined;
  }

  #hasPages(pages: number): boolean {
    return this.#sizeBytes >= (this.#lastPage + 1 + pages) * this.#pageBytes;
  }

  /** LMDB does not tell, but all other pages are in one of the trees, or tell where these begin. */
  #freePages(): number {
    const { root, segments, notes, blobs } = this.#tables;
    const trees = [pagesOf(root), pagesOf(root).free, pagesOf(segments), pagesOf(notes), pagesOf(blobs)];
    const used = trees.reduce((sum, tree) => sum + usedBy(tree), META_PAGES);
    return this.#lastPage + 1 - used;
  }
}

const META_PAGES = 2;

interface TreePages {
  readonly treeBranchPageCount: number;
  readonly treeLeafPageCount: number;
  readonly overflowPages: number;
}

interface EnvironmentPages extends TreePages {
  readonly pageSize: number;
  readonly lastPageNumber: number;
  readonly free: TreePages;
}

/** lmdb has no types for its figures. */
function pagesOf(table: Pick<Database, 'getStats'>): EnvironmentPages {
  return table.getStats() as EnvironmentPages;
}

function usedBy({ treeBranchPageCount, treeLeafPageCount, overflowPages }: TreePages): number {
  return treeBranchPageCount + treeLeafPageCount + overflowPages;
}
