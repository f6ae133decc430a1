// What sessions cost that do nothing but stay alive: memory, and calls of the store.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Figure, figure } from '../figures.ts';
import { memoryBytes } from '../peers/process-meter.ts';
import { start } from '../peers/running.ts';
import { int, sized } from '../peers/zookeeper-wire.ts';
import { say } from '../progress.ts';
import { Session } from './session.ts';
import { type OurSystem, ourSystem, realSystem } from './systems.ts';

export interface IdleForm {
  /** Whose memory is counted. */
  readonly sessions: number;
  /** Whose calls of the store are counted. */
  readonly pinging: number;
  readonly minutes: number;
}

export const IDLE_FORM: IdleForm = { sessions: 10_000, pinging: 1000, minutes: 1 };

const TIMEOUT_MS = 30_000;
/** As the clients do: when nothing was sent for a third of the time-out. */
const PING_EVERY_MS = TIMEOUT_MS / 3;
const PING = sized(Buffer.concat([int(-2), int(11)]));
const AT_ONCE = 64;
const MEGABYTE = 1e6;

export async function measureIdle(form: IdleForm): Promise<Figure[]> {
  const figures: Figure[] = [];
  const ours = ourSystem();
  for (const system of [ours, realSystem]) {
    const lacking = system.missing();
    if (lacking !== undefined) {
      say(`not measured: ${system.name}: ${lacking}`);
      continue;
    }
    const directory = await mkdtemp(join(tmpdir(), 'ordinal-bench-'));
    const server = await start(system, directory);
    try {
      // What a server needs before it has had a client is no session's.
      const warm = await openSessions(server.port, AT_ONCE);
      const before = memoryBytes(server.pid);
      const rest = await openSessions(server.port, form.sessions);
      const grown = memoryBytes(server.pid) - before;
      say(`${system.name}: ${form.sessions} sessions are open`);
      const name = `${system.name}, ${form.sessions} idle sessions`;
      figures.push(figure(['zookeeper', name, 'memory'], 'MB', 'less', [memoryBytes(server.pid) / MEGABYTE]));
      figures.push(figure(['zookeeper', name, 'each'], 'kB', 'less', [grown / form.sessions / 1000]));
      for (const session of [...warm, ...rest.splice(form.pinging)]) session.close();
      if (system === ours) figures.push(await storeCalls(ours, rest, form));
      for (const session of rest) session.close();
    } finally {
      await server.end();
      await rm(directory, { recursive: true });
    }
  }
  return figures;
}

async function openSessions(port: number, count: number): Promise<Session[]> {
  const sessions: Session[] = [];
  while (sessions.length < count) {
    const some = Math.min(AT_ONCE, count - sessions.length);
    sessions.push(...(await Promise.all(Array.from({ length: some }, () => Session.open(port, TIMEOUT_MS)))));
  }
  return sessions;
}

/**
 * In a minute in which the sessions are pinged. Those whose connections were closed before have expired by
 * then.
 */
async function storeCalls(system: OurSystem, sessions: readonly Session[], form: IdleForm): Promise<Figure> {
  const pinging = setInterval(() => {
    for (const session of sessions) session.send(PING, 1).catch(() => undefined);
  }, PING_EVERY_MS);
  await pause(2 * TIMEOUT_MS);
  const before = await callsOf(system.httpPort());
  await pause(form.minutes * 60_000);
  const calls = (await callsOf(system.httpPort())) - before;
  clearInterval(pinging);
  const name = `${system.name}, ${form.pinging} idle sessions`;
  return figure(['zookeeper', name, 'store calls a minute'], '', 'less', [calls / form.minutes]);
}

async function callsOf(port: number): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const counts = [...text.matchAll(/^ordinal_store_calls_total\{[^}]*\} (\d+)/gmu)];
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
