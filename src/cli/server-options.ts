// The settings of serve, doctor and backup, out of flags, the environment and a file.

import { readFileSync } from 'node:fs';
import type { Parsed, Sources } from '../server/settings.ts';
import { isOpenToOthers } from './contexts.ts';
import { environment } from './environment.ts';
import { usage } from './failure.ts';

/** @throws CommandFailure when the file cannot be read, or a setting is wrong */
export function settingsFrom<T>(
  parse: (sources: Sources) => Parsed<T>,
  { config, ...flags }: { readonly config?: string | undefined } & Sources['flags'],
): T {
  const parsed = parse({ flags, env: environment, file: config === undefined ? undefined : fileAt(config) });
  if (parsed.kind === 'invalid') throw usage(`${parsed.message}; --help tells what there is`);
  return parsed.settings;
}

/** A file that holds the token is for the eyes of its owner alone. */
function fileAt(path: string): { path: string; text: string } {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw usage(`cannot read ${path}: ${cause instanceof Error ? cause.message : cause}`);
  }
  if (/"token"\s*:/.test(text) && isOpenToOthers(path)) {
    throw usage(`${path} holds the token, and others can read it; chmod 600 it`);
  }
  return { path, text };
}
