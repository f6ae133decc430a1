// Goal: a command runs only while its lock is held, gets the signals that are meant for it, and is ended when the lock is lost.
// Method: the real program around small shell commands, against a real server; leases are revoked to lose them.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Namespace } from '../../src/api/ordinal.ts';
import { connect } from '../../src/client/client.ts';
import { cleanUp } from '../support/clean-up.ts';
import { bareEnvironment, cliProgram, endOf, runCli, spawnCli, textOf } from '../support/command-line.ts';
import { CTRL_C, inTerminal, NO_TERMINAL } from '../support/pseudo-terminal.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';

// No measure of anything: on a busy machine, processes take long to start.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

/** Longer than any test: what is gone before was given up, and has not run out. */
const LONG = '10m';

let server: ServerProcess;
let namespace: Namespace;
let env: Record<string, string>;
let folder: string;

beforeAll(async () => {
  server = await startServer(['--store', 'memory']);
  env = { ORDINAL_URL: server.url };
  namespace = connect(server.url).namespace();
  folder = await mkdtemp(join(tmpdir(), 'ordinal-'));
});

afterAll(async () => {
  await server.end('SIGTERM');
  await rm(folder, { recursive: true });
});

async function started(args: readonly string[], isUp: RegExp) {
  const child = await spawnCli(args, env);
  cleanUp.push(async () => child.kill('SIGKILL'));
  const [stdout, stderr] = [textOf(child.stdout), textOf(child.stderr)];
  const ended = endOf(child);
  await expect.poll(() => stdout() + stderr(), { timeout: 20_000 }).toMatch(isUp);
  return { child, ended };
}

async function holderOf(lock: string): Promise<string | undefined> {
  const result = await namespace.locks.lookUp(lock);
  return result.kind === 'lock' ? result.holders[0]?.lease : undefined;
}

async function waitersOf(lock: string): Promise<number> {
  const result = await namespace.locks.lookUp(lock);
  return result.kind === 'lock' ? result.waiters.length : -1;
}

describe('locks run', () => {
  test('hands the token over, ends with the exit code of the command, and has released the lock', async () => {
    const script = 'echo "$ORDINAL_LOCK $ORDINAL_FENCING_TOKEN"; cat; exit 7';
    const ended = await runCli(['locks', 'run', 'a', '--ttl', LONG, '--', 'sh', '-c', script], {
      env,
      input: 'in',
    });
    expect(ended).toEqual({ code: 7, stdout: expect.stringMatching(/^a \d+\nin$/), stderr: '' });
    expect(await holderOf('a')).toBeUndefined();
    const again = await runCli(['locks', 'run', 'a', '--', 'sh', '-c', script], { env });
    const tokens = [ended, again].map(({ stdout }) => Number(/\d+/.exec(stdout)?.[0]));
    expect(tokens[1]).toBeGreaterThan(tokens[0] ?? Number.NaN);
  });

  test('two at once: one after the other', async () => {
    const log = join(folder, 'order');
    const script = `echo begin >> ${log}; sleep 0.2; echo end >> ${log}`;
    const run = () => runCli(['locks', 'run', 'order', '--ttl', LONG, '--', 'sh', '-c', script], { env });
    const ended = await Promise.all([run(), run(), run()]);
    expect(ended.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(await readFile(log, 'utf8')).toBe('begin\nend\n'.repeat(3));
  });

  test('not had in time: 75, and the command was not started', async () => {
    await namespace.locks.acquire('held', { lease: 'theirs', ttlMs: 600_000 });
    const mark = join(folder, 'started');
    for (const wait of ['0', '200ms']) {
      const ended = await runCli(['locks', 'run', 'held', '--wait', wait, '--', 'touch', mark], { env });
      expect(ended).toEqual({
        code: 75,
        stdout: '',
        stderr: 'ordinal: held is held by the lease theirs [lock-held]; nothing happened\n',
      });
      expect(await waitersOf('held')).toBe(0);
    }
    await expect(readFile(mark)).rejects.toThrow('ENOENT');
  });

  test('a command that is not there: 127; one that cannot be run: 126; the lock is released', async () => {
    const plain = join(folder, 'plain');
    await writeFile(plain, 'no program');
    for (const [command, code] of [
      ['ordinal-has-no-such-command', 127],
      [plain, 126],
    ] as const) {
      const ended = await runCli(['locks', 'run', 'cannot', '--ttl', LONG, '--', command], { env });
      expect([ended.code, ended.stderr]).toEqual([
        code,
        expect.stringContaining('[cannot-run]; nothing happened'),
      ]);
      expect(await holderOf('cannot')).toBeUndefined();
    }
  });

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    '%s goes to the command, whose answer counts',
    async (signal) => {
      const name = signal.slice(3);
      const script = `trap 'echo got ${name}; exit 9' ${name}; echo up; while :; do sleep 0.1; done`;
      const { child, ended } = await started(
        ['locks', 'run', signal, '--ttl', LONG, '--', 'sh', '-c', script],
        /up/,
      );
      child.kill(signal);
      // The shell may remark that its own child was ended, too.
      expect(await ended).toMatchObject({ code: 9, stdout: `up\ngot ${name}\n` });
      expect(await holderOf(signal)).toBeUndefined();
    },
  );

  test('a command that a signal ends: 128 and its number', async () => {
    const ended = await runCli(['locks', 'run', 'killed', '--', 'sh', '-c', 'kill -KILL $$'], { env });
    expect(ended.code).toBe(137);
  });

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s while it waits: %i, and it has left the queue', async (signal, code) => {
    await namespace.locks.acquire('queue', { lease: 'theirs', ttlMs: 600_000 });
    const child = await spawnCli(['locks', 'run', 'queue', '--ttl', LONG, '--', 'true'], env);
    const ended = endOf(child);
    await expect.poll(() => waitersOf('queue'), { timeout: 20_000 }).toBe(1);
    child.kill(signal);
    expect(await ended).toEqual({ code, stdout: '', stderr: `ordinal: ended by ${signal} [interrupted]\n` });
    expect(await waitersOf('queue')).toBe(0);
  });

  test('the lock is lost: the command gets SIGTERM, and 76 whatever it says', async () => {
    const script = `trap 'echo warned; exit 0' TERM; echo up; while :; do sleep 0.1; done`;
    const { ended } = await started(
      ['locks', 'run', 'lost', '--ttl', '1500ms', '--', 'sh', '-c', script],
      /up/,
    );
    await namespace.leases.revoke((await holderOf('lost')) ?? '');
    const { code, stdout, stderr } = await ended;
    expect([code, stdout]).toEqual([76, 'up\nwarned\n']);
    expect(stderr).toMatch(
      /ending the command\n(?:Terminated\n)?ordinal: the lock lost was lost, or may have been: .* \[lease-lost\]\n$/,
    );
  });

  test('one that does not heed SIGTERM gets SIGKILL, and with it all that it has started', async () => {
    const beat = join(folder, 'beat');
    const stubborn = `trap '' TERM; while :; do date +%N > ${beat}; sleep 0.05; done`;
    const script = `sh -c "${stubborn}" & trap '' TERM; echo up; wait; while :; do sleep 0.1; done`;
    const args = [
      'locks',
      'run',
      'stubborn',
      '--ttl',
      '1500ms',
      '--kill-after',
      '300ms',
      '--',
      'sh',
      '-c',
      script,
    ];
    const { ended } = await started(args, /up/);
    await expect.poll(() => readFile(beat, 'utf8').catch(() => '')).not.toBe('');
    await namespace.leases.revoke((await holderOf('stubborn')) ?? '');
    expect((await ended).code).toBe(76);
    const last = await readFile(beat, 'utf8');
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await readFile(beat, 'utf8')).toBe(last);
  });
});

describe('elections campaign', () => {
  test('the term is the token; at the end there is no leader', async () => {
    const args = ['elections', 'campaign', 'e', '--ttl', LONG, '--value', 'me', '--'];
    const ended = await runCli(
      [...args, 'sh', '-c', 'echo "$ORDINAL_ELECTION $ORDINAL_FENCING_TOKEN"; exit 3'],
      { env },
    );
    expect(ended).toEqual({ code: 3, stdout: expect.stringMatching(/^e \d+\n$/), stderr: '' });
    expect(await namespace.elections.lookUp('e')).toMatchObject({ leader: undefined, candidates: 0 });
  });

  test('without a command it leads until a signal comes; others see it, and wait no longer than they want', async () => {
    const args = ['elections', 'campaign', 'lead', '--ttl', LONG, '--value', 'host:1'];
    const { child, ended } = await started(args, /leader of lead in term \d+/);
    expect((await runCli(['elections', 'get', 'lead'], { env })).stdout).toContain('host:1');
    const other = await runCli(['elections', 'campaign', 'lead', '--wait', '100ms', '--', 'true'], { env });
    expect([other.code, other.stderr]).toEqual([
      75,
      expect.stringContaining('[not-elected]; nothing happened'),
    ]);
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    expect(await namespace.elections.lookUp('lead')).toMatchObject({ leader: undefined, candidates: 0 });
  });

  test('the leadership is lost: 76', async () => {
    const { ended } = await started(['elections', 'campaign', 'gone', '--ttl', '1500ms'], /leader of gone/);
    const seen = await namespace.elections.lookUp('gone');
    await namespace.leases.revoke((seen.kind === 'leader' && seen.leader?.lease) || '');
    expect((await ended).code).toBe(76);
  });

  test('observe: the leader now and later, as lines', async () => {
    const { child, ended } = await started(['elections', 'observe', 'seen'], /no leader/);
    await namespace.elections.campaign('seen', { lease: 'l', ttlMs: 600_000, value: 'v' });
    const out = textOf(child.stdout);
    await expect.poll(out, { timeout: 20_000 }).toMatch(/term \d+ {2}lease l {2}v\n/);
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
  });
});

describe('groups', () => {
  test('a member is there while its command runs, and leaves with it', async () => {
    const watching = await started(['groups', 'watch', 'g', '--json'], /"members":\[\]/);
    const list = 'echo "$ORDINAL_GROUP $ORDINAL_MEMBER"; read line';
    const args = ['groups', 'join', 'g', 'me', '--metadata', 'x', '--ttl', LONG, '--', 'sh', '-c', list];
    const { child, ended } = await started(args, /g me/);
    expect((await runCli(['groups', 'members', 'g'], { env })).stdout).toMatch(/\nme +x +\w+ +\d+\n$/);
    const same = await runCli(['groups', 'join', 'g', 'me', '--', 'true'], { env });
    expect([same.code, same.stderr]).toEqual([1, expect.stringContaining('[name-taken]')]);
    child.stdin?.end('go\n');
    expect((await ended).code).toBe(0);
    expect(await namespace.groups.members('g')).toMatchObject({ members: [] });
    watching.child.kill('SIGINT');
    const { stdout } = await watching.ended;
    const seen = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).members.length);
    expect([seen[0], Math.max(...seen)]).toEqual([0, 1]);
  });
});

describe.skipIf(NO_TERMINAL !== undefined)(`at a terminal ${NO_TERMINAL ?? ''}`, () => {
  const shell = async (args: readonly string[], steps: Parameters<typeof inTerminal>[2]) =>
    inTerminal(
      [process.execPath, await cliProgram(), ...args],
      { ...bareEnvironment(env), TERM: 'xterm' },
      steps,
    );

  test('Ctrl-C reaches the command once, and the lock is released', async () => {
    const script = `trap 'echo caught' INT; echo up; read line; echo "done"; exit 4`;
    const { output, code } = await shell(
      ['locks', 'run', 'tty', '--ttl', LONG, '--', 'sh', '-c', script],
      [
        { await: 'up', send: CTRL_C },
        { await: 'caught', send: 'x\n' },
      ],
    );
    expect(output.match(/caught/g)).toHaveLength(1);
    expect(code).toBe(4);
    expect(await holderOf('tty')).toBeUndefined();
  });

  test('Ctrl-C while it waits ends it, and it has left the queue', async () => {
    await namespace.locks.acquire('tty-queue', { lease: 'theirs', ttlMs: 600_000 });
    const ended = shell(
      ['elections', 'campaign', 'tty-lead', '--ttl', LONG],
      [{ await: 'leader of', send: CTRL_C }],
    );
    expect((await ended).code).toBe(130);
    expect(await namespace.elections.lookUp('tty-lead')).toMatchObject({ leader: undefined, candidates: 0 });
  });
});
