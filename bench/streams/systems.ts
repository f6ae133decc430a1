// The servers that are compared: Ordinal on SQLite, the reference server of the protocol, and Redis.

import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { System } from '../peers/running.ts';

/** As many bytes as Ordinal puts into one answer. */
const PIECE_BYTES = 1024 * 1024;

function program(name: string, ...args: readonly string[]): readonly string[] {
  return [process.execPath, '--import', 'tsx', `bench/streams/${name}.ts`, ...args];
}

/** @param installed where npm has installed it; it is no part of this repository */
export function referenceServer(installed: string): System {
  return {
    name: 'reference server, file-backed',
    missing: () =>
      isInstalled(installed)
        ? undefined
        : 'say where it is: npm install --prefix <directory> @durable-streams/server, and --reference <directory>',
    command: async (directory, port) => program('reference-server', String(port), directory, installed),
  };
}

function isInstalled(directory: string): boolean {
  try {
    createRequire(join(directory, 'package.json')).resolve('@durable-streams/server');
    return true;
  } catch {
    return false;
  }
}

export const bareSource: System = {
  name: 'bare node:http from memory',
  missing: () => undefined,
  command: async (_directory, port) => program('bare-source', String(port), String(PIECE_BYTES)),
};
