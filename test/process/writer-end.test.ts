// Goal: the thread that writes never keeps its process, or the directory, from ending well. Method: programs of a few lines that end in the
// middle of writes, in every way there is; and another process that sits on the write lock.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { SqliteStore } from '../../src/store/sqlite/store.ts';
import { cleanUp, directory } from '../support/clean-up.ts';

const run = promisify(execFile);

/** No measure of anything: a program that hangs is ended. */
const HANGS_AFTER_MS = 60_000;

function argumentsOf(path: string, program: string): string[] {
  const head = `
    import { SqliteStore } from './src/store/sqlite/store.ts';
    import { openDatabase } from './src/store/sqlite/database.ts';
    const path = ${JSON.stringify(path)};`;
  return ['--import', 'tsx', '--input-type=module', '--eval', head + program];
}

interface End {
  readonly code: unknown;
  readonly output: string;
}

async function endOf(path: string, program: string): Promise<End> {
  const options = { timeout: HANGS_AFTER_MS, killSignal: 'SIGKILL' } as const;
  try {
    const { stdout } = await run(process.execPath, argumentsOf(path, program), options);
    return { code: 0, output: stdout };
  } catch (failure) {
    const { code, signal, stdout } = failure as { code: unknown; signal: unknown; stdout: string };
    return { code: code ?? signal, output: stdout };
  }
}

/** A process within a write transaction, until it is killed. */
async function lockHolder(path: string): Promise<() => Promise<void>> {
  const program = `
    openDatabase(path, 'write').exec('BEGIN IMMEDIATE');
    console.log('holding');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);`;
  const child = spawn(process.execPath, argumentsOf(path, program), { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const release = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  cleanUp.push(release);
  await once(child.stdout, 'data');
  return release;
}

const MANY_WRITES = `
    const store = new SqliteStore(path);
    await store.putBlob('first', new Uint8Array(10));
    for (let writer = 0; writer < 64; writer += 1) {
      void (async () => {
        for (let count = 0; ; count += 1) await store.putBlob(writer + '-' + count, new Uint8Array(20_000));
      })().catch(() => undefined);
    }
    await new Promise((resolve) => setTimeout(resolve, 50 + Math.random() * 100));`;

describe('in the middle of writes', () => {
  test.each([
    ['process.exit', 'process.exit(7);', 7],
    ['an error that nobody catches', "throw new Error('nobody');", 1],
  ])('%s ends the process', { timeout: HANGS_AFTER_MS }, async (_name, last, code) => {
    // By chance it is within a transaction or not.
    const ends = await Promise.all(
      Array.from({ length: 8 }, async () => endOf(await directory(), MANY_WRITES + last)),
    );
    expect(ends.map((end) => end.code)).toEqual(ends.map(() => code));
  });

  test('closing waits for them, and the program goes on behind it', { timeout: HANGS_AFTER_MS }, async () => {
    const program = `
      const store = new SqliteStore(path);
      const writes = Promise.all([1, 2, 3].map((key) => store.putBlob('b' + key, new Uint8Array(10))));
      await store.close();
      console.log('closed', await writes);`;
    const ends = await Promise.all(Array.from({ length: 4 }, async () => endOf(await directory(), program)));
    const output = "closed [ 'created', 'created', 'created' ]\n";
    expect(ends).toEqual(ends.map(() => ({ code: 0, output })));
  });
});

describe('while another process holds the write lock', () => {
  const BLOCKED_WRITE = `
    const store = new SqliteStore(path);
    await store.putBlob('first', new Uint8Array(10));
    console.log('ready');
    await new Promise((resolve) => process.stdin.once('data', resolve));
    const write = store.putBlob('blocked', new Uint8Array(10)).catch((error) => error.definite);
    `;

  /** A program that has written once, and whose next write finds the lock taken. */
  async function blocked(path: string, rest: string) {
    const child = spawn(process.execPath, argumentsOf(path, BLOCKED_WRITE + rest), {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const ended = once(child, 'exit');
    cleanUp.push(async () => {
      child.kill('SIGKILL');
      await ended;
    });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    await once(child.stdout, 'data');
    const release = await lockHolder(path);
    child.stdin.end('go\n');
    const end = async () => {
      const [code, signal] = await ended;
      return { code: code ?? signal, output };
    };
    return { end, release };
  }

  test('closing waits no longer than a write does, which is told that it has not happened', {
    timeout: HANGS_AFTER_MS,
  }, async () => {
    const path = await directory();
    const { end, release } = await blocked(
      path,
      "await store.close(); console.log('closed, definite:', await write); process.exit(3);",
    );
    expect(await end()).toEqual({ code: 3, output: 'ready\nclosed, definite: true\n' });
    await release();
    await expectWritable(path);
  });

  test('a process that exits is gone, and others can write', { timeout: HANGS_AFTER_MS }, async () => {
    const path = await directory();
    const { end, release } = await blocked(path, 'setTimeout(() => process.exit(3), 100);');
    expect(await end()).toEqual({ code: 3, output: 'ready\n' });
    await release();
    await expectWritable(path);
  });

  async function expectWritable(path: string): Promise<void> {
    const store = new SqliteStore(path);
    cleanUp.push(() => store.close());
    expect(await store.putBlob('after', Uint8Array.of(1))).toBe('created');
  }
});
