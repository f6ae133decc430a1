// Goal: comments can be read without scrolling. Method: the comment lines of every source file are measured.

import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';

const COLUMNS_MAX = 110;
const COMMENT = /^\s*(?:\/\/|\/\*|\*)/;

async function tooLong(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  const found: string[] = [];
  for (const name of names.filter((one) => one.endsWith('.ts'))) {
    const path = `${folder}/${name}`;
    for (const [index, line] of (await readFile(path, 'utf8')).split('\n').entries()) {
      if (COMMENT.test(line) && [...line].length > COLUMNS_MAX) found.push(`${path}:${index + 1}`);
    }
  }
  return found;
}

describe('comments stay within 110 columns', () => {
  test.each([
    'src',
    'functions',
    'infra',
    'console/src',
    'bench',
    'test/support',
    'test/simulation',
    'test/soak',
    'test/bench',
    'test/console',
  ])('in %s', async (folder) => {
    expect(await tooLong(folder)).toEqual([]);
  });
});
