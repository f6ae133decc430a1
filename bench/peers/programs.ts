// Which of the compared programs this machine has, and where.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where `go install` puts what it has built, unless it was told otherwise. */
const GO_PROGRAMS = join(homedir(), 'go', 'bin');

/** Every one of that name: an older one may stand in front of the one that is wanted. */
export function findPrograms(name: string, more: readonly string[] = []): string[] {
  const { status, stdout } = spawnSync('which', ['-a', name], { encoding: 'utf8' });
  const onPath = status === 0 ? stdout.split('\n').filter(Boolean) : [];
  const elsewhere = [GO_PROGRAMS, ...more].map((directory) => join(directory, name));
  return [...onPath, ...elsewhere.filter((path) => existsSync(path))];
}

export function findProgram(name: string, more: readonly string[] = []): string | undefined {
  return findPrograms(name, more)[0];
}

export function needs(program: string, debianPackage: string): () => string | undefined {
  return () => (findProgram(program) ? undefined : `${program} is missing (Debian package ${debianPackage})`);
}

/** @throws Error when the program fails. */
export function outputOf(program: string, ...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw error ?? new Error(`${program} ended with ${status}: ${stderr}`);
  return stdout;
}
