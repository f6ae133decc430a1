// PostgreSQL as Debian's package sets it up: `fsync` and `synchronous_commit` are on, which is its default.
// Only the number of connections is raised.

import { chmodSync, chownSync, existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findProgram, outputOf } from './programs.ts';
import type { System } from './running.ts';

const DEBIAN_VERSIONS = '/usr/lib/postgresql';
const CONNECTIONS_MAX = 300;
/** The account that Debian's package makes. PostgreSQL does not run as root. */
const ACCOUNT = 'postgres';

/** Debian keeps the programs of each version apart, and off the path. */
function postgresProgram(name: string): string | undefined {
  const versions = existsSync(DEBIAN_VERSIONS) ? readdirSync(DEBIAN_VERSIONS).map(Number) : [];
  const newestFirst = versions.sort((a, b) => b - a);
  return findProgram(
    name,
    newestFirst.map((version) => join(DEBIAN_VERSIONS, String(version), 'bin')),
  );
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** `setpriv` becomes the program that it starts, so the process is the server's. */
function unprivileged(): string[] {
  if (!isRoot()) return [];
  return ['setpriv', `--reuid=${ACCOUNT}`, `--regid=${ACCOUNT}`, '--init-groups'];
}

function handOver(directory: string): void {
  if (!isRoot()) return;
  const [user, group] = ['-u', '-g'].map((flag) => Number(outputOf('id', flag, ACCOUNT)));
  chownSync(directory, user ?? 0, group ?? 0);
  // The one above is nobody else's to read, but the account has to come through it.
  chmodSync(dirname(directory), 0o711);
}

export const postgres: System = {
  name: 'PostgreSQL',
  missing: () =>
    postgresProgram('postgres') && postgresProgram('initdb')
      ? undefined
      : 'postgres is missing (Debian package postgresql)',
  command: async (directory, port) => {
    handOver(directory);
    const [program = '', ...args] = [
      ...[...unprivileged(), postgresProgram('initdb') ?? '', '--pgdata', directory],
      ...['--username', 'postgres', '--auth', 'trust', '--encoding', 'UTF8', '--no-locale'],
    ];
    outputOf(program, ...args);
    return [
      ...[...unprivileged(), postgresProgram('postgres') ?? '', '-D', directory, '-p', String(port)],
      ...['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
      ...['-c', `max_connections=${CONNECTIONS_MAX}`],
    ];
  },
  // Killed, it would leave its other processes and its shared memory behind.
  endSignal: 'SIGQUIT',
};
