// What the four-letter word `envi` tells of this process.

import { hostname, platform, release } from 'node:os';
import { arch, version } from 'node:process';

export function environmentLines(): Record<string, string> {
  return {
    'host.name': hostname(),
    'node.version': version,
    'os.name': platform(),
    'os.arch': arch,
    'os.version': release(),
  };
}
