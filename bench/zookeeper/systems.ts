// The two servers that are measured, each with a sync to the disk before it answers a write.

import { freePort, type System } from '../peers/running.ts';
import { zooKeeper } from '../peers/systems.ts';

/** Of the server that was started last: what it says of its calls of the store is there. */
export interface OurSystem extends System {
  httpPort(): number;
}

/** SQLite with `synchronous = FULL`, as it always has it: one sync for each group of writes. */
export function ourSystem(nodeFlags: readonly string[] = []): OurSystem {
  let http = 0;
  return {
    name: 'Ordinal',
    missing: () => undefined,
    httpPort: () => http,
    // Ends by itself, so that a profile is written.
    ...(nodeFlags.length > 0 && { endSignal: 'SIGTERM' as const }),
    command: async (directory, port) => {
      http = await freePort();
      const program = [process.execPath, ...nodeFlags, '--import', 'tsx', 'src/cli/main.ts'];
      const settings = ['--data', directory, '--port', String(http), '--zookeeper', String(port)];
      return [...program, ...settings, '--log-level', 'error'];
    },
  };
}

/** With `forceSync`, its default: one sync for each group of writes, too. */
export const realSystem = zooKeeper;
