// The runtimes that a client is tried on: where each comes from, and how it is started.

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Tool {
  readonly name: string;
  /** The package that brings it, of this version; a browser must be on the machine. */
  readonly package: string | undefined;
  readonly commands: readonly string[];
}

const TOOLS: readonly Tool[] = [
  { name: 'deno', package: 'deno@2.9.6', commands: ['deno'] },
  { name: 'bun', package: 'bun@1.4.5', commands: ['bun'] },
  { name: 'workerd', package: 'workerd@1.20261117.1', commands: ['workerd'] },
  {
    name: 'chromium',
    package: undefined,
    commands: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
  },
];

/** The program of each runtime that can be started here, and for each other the reason. */
export interface Found {
  readonly programs: Readonly<Record<string, string>>;
  readonly missing: readonly string[];
}

/** Looks for the runtimes, and installs those in `directory` that come as a package. */
export function findTools(directory: string): Found {
  const programs: Record<string, string> = {};
  const missing: string[] = [];
  for (const tool of TOOLS) {
    const reason = tool.package === undefined ? undefined : install(tool.package, join(directory, tool.name));
    const bin = join(directory, tool.name, 'node_modules/.bin');
    const program = tool.commands
      .map((command) => (tool.package === undefined ? command : join(bin, command)))
      .find((command) => spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0);
    if (program === undefined) missing.push(`${tool.name}: ${reason ?? 'it does not start on this machine'}`);
    else programs[tool.name] = program;
  }
  return { programs, missing };
}

function install(specifier: string, directory: string): string | undefined {
  if (existsSync(join(directory, 'node_modules'))) return undefined;
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'package.json'), '{"private":true}\n');
  process.stdout.write(`fetching ${specifier}\n`);
  try {
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--no-save', specifier], {
      cwd: directory,
      stdio: ['ignore', 'ignore', 'ignore'],
    });
    return undefined;
  } catch {
    return `npm could not install ${specifier}`;
  }
}
