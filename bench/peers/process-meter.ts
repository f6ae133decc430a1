// What a server has used, as /proc tells: the process that was started, and all that it has started itself.

import { readdirSync, readFileSync } from 'node:fs';

/** The kernel counts in these on every Linux that Node runs on. */
const TICKS_A_SECOND = 100;

interface ProcessLine {
  readonly pid: number;
  readonly parent: number;
  /** The processor time of all its threads, and of all children that have ended. */
  readonly cpuTicks: number;
}

/** User and system time so far, in seconds. */
export function cpuSeconds(pid: number): number {
  return family(pid).reduce((sum, { cpuTicks }) => sum + cpuTicks, 0) / TICKS_A_SECOND;
}

/** Memory now, in bytes. What processes share is counted once. */
export function memoryBytes(pid: number): number {
  const kilobytes = family(pid).map((one) => {
    const text = textOf(`/proc/${one.pid}/smaps_rollup`) ?? '';
    return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0);
  });
  return kilobytes.reduce((sum, one) => sum + one, 0) * 1024;
}

/** The process and its descendants. */
function family(pid: number): ProcessLine[] {
  const all = readdirSync('/proc').flatMap((name) => {
    const line = /^\d+$/.test(name) ? lineOf(Number(name)) : undefined;
    return line ? [line] : [];
  });
  const found = all.filter((line) => line.pid === pid);
  for (const { pid: parent } of found) found.push(...all.filter((line) => line.parent === parent));
  return found;
}

function lineOf(pid: number): ProcessLine | undefined {
  const text = textOf(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  // The second field is a name in brackets, and may hold anything.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const cpuTicks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return { pid, parent: Number(fields[1]), cpuTicks };
}

/** Processes end while they are looked at. */
function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
