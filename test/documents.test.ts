// Goal: no document leads its reader astray. Method: every command, file, section and identifier that one names is looked for.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';

const FOLDERS = ['docs', 'src', 'test', 'bench'];
const DOCUMENTS = [
  ...readdirSync('.').filter((name) => name.endsWith('.md')),
  ...FOLDERS.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(folder, name)),
  ),
];
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: object };

/** A path in backticks: a folder with its slash, or a file of a kind that there is here. */
const PATH = /`([\w.-]+(?:\/[\w.-]+)*\/(?:[\w.-]+\.(?:ts|c|py|md|json|tla|cfg|svg|yml))?)`/g;
const IDENTIFIER_IN_FILE = /`(\w+)`\s+in\s+`([\w./-]+\.ts)`/g;
const LINK = /\]\(((?!https?:)[^)#]*)(?:#([^)]+))?\)/g;

/** From the root, or from where the document stands. A file may also be named as its neighbours in `src` and `test` name it. */
function resolved(document: string, path: string): string | undefined {
  const roots = ['.', dirname(document), ...(path.endsWith('/') ? [] : ['src', 'src/log', 'test'])];
  return roots.map((root) => join(root, path)).find((candidate) => existsSync(candidate));
}

/** The anchors of the sections of a document, as code hosts make them. */
function anchorsIn(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe.each(DOCUMENTS)('%s', (document) => {
  const text = readFileSync(document, 'utf8');

  test('every npm command exists', () => {
    const commands = [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, command = '']) => command);
    expect(commands.filter((command) => !Object.hasOwn(scripts, command))).toEqual([]);
  });

  test('every path is there', () => {
    const paths = [...text.matchAll(PATH)].map(([, path = '']) => path);
    expect(paths.filter((path) => resolved(document, path) === undefined)).toEqual([]);
  });

  test('every identifier is in the file that is named with it', () => {
    const missing = [...text.matchAll(IDENTIFIER_IN_FILE)].filter(([, identifier = '', path = '']) => {
      const file = resolved(document, path);
      return file === undefined || !readFileSync(file, 'utf8').includes(identifier);
    });
    expect(missing.map(([found]) => found)).toEqual([]);
  });

  test('every link leads to a file, and to a section of it', () => {
    const broken = [...text.matchAll(LINK)].filter(([, path = '', anchor]) => {
      const target = path === '' ? document : join(dirname(document), path);
      if (!existsSync(target)) return true;
      return anchor !== undefined && !anchorsIn(readFileSync(target, 'utf8')).includes(anchor);
    });
    expect(broken.map(([found]) => found)).toEqual([]);
  });
});

test('test/README.md says what each folder of tests is for', () => {
  const text = readFileSync('test/README.md', 'utf8');
  const folders = readdirSync('test', { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(folders.filter(({ name }) => !text.includes(`\`${name}/\``)).map(({ name }) => name)).toEqual([]);
});

describe('docs/decisions', () => {
  const folder = 'docs/decisions';
  const records = readdirSync(folder).filter((name) => /^\d{4}-.*\.md$/.test(name));

  test.each(records)('%s has a number, a title and three sections', (name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    expect(text).toMatch(new RegExp(`^# ${Number(name.slice(0, 4))}\\. \\S`));
    expect([...text.matchAll(/^## (.+)$/gm)].map(([, section]) => section)).toEqual([
      'Context',
      'Decision',
      'Consequences',
    ]);
  });

  test('the list has each of them, in order, under its title', () => {
    const list = readFileSync(join(folder, 'README.md'), 'utf8');
    const expected = records.map((name) => {
      const [, title] = /^# \d+\. (.+)$/m.exec(readFileSync(join(folder, name), 'utf8')) ?? [];
      return `- [${basename(name).slice(0, 4)}](${name}) ${title}`;
    });
    expect(list.split('\n').filter((line) => line.startsWith('- '))).toEqual(expected);
  });
});
