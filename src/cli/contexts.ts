// The file of contexts: servers by name, so that nobody types an address and a token twice.

import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import * as z from 'zod/mini';
import type { Environment } from './environment.ts';
import { usage } from './failure.ts';

const contextSchema = z.strictObject({
  url: z.optional(z.string()),
  token: z.optional(z.string()),
  /** Requests are signed by AWS Signature Version 4. */
  sigv4: z.optional(z.boolean()),
  region: z.optional(z.string()),
  /** The Lambda function that is invoked, in place of a URL. */
  function: z.optional(z.string()),
  namespace: z.optional(z.string()),
});

const fileSchema = z.strictObject({
  current: z.optional(z.string()),
  contexts: z._default(z.record(z.string(), contextSchema), {}),
});

export type Context = z.infer<typeof contextSchema>;
export type Contexts = z.infer<typeof fileSchema>;

const NAME = /^[\w.-]{1,64}$/;
const OTHERS = 0o077;
const OWNER_ONLY = { file: 0o600, directory: 0o700 } as const;

/** `$ORDINAL_CONFIG`, or where the XDG base directories have the configuration of programs. */
export function contextsPath(env: Environment): string {
  const named = env['ORDINAL_CONFIG'];
  if (named) return named;
  const directory = env['XDG_CONFIG_HOME'] || join(env['HOME'] || homedir(), '.config');
  return join(directory, 'ordinal', 'config.json');
}

/** Without a file there are none. @throws CommandFailure when the file is not what it must be */
export function readContexts(path: string): Contexts {
  const text = readText(path);
  if (text === undefined) return { contexts: {} };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw usage(`${path} is not JSON`);
  }
  const parsed = fileSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw usage(`${path}: ${issue?.path.join('.') || 'the file'}: ${faultOf(issue)}`);
}

/** Whole or not at all, and for the eyes of its owner alone. @throws CommandFailure */
export function writeContexts(path: string, contexts: Contexts): void {
  const beside = `${path}.${randomUUID()}`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: OWNER_ONLY.directory });
    writeFileSync(beside, `${JSON.stringify(contexts, null, 2)}\n`, { mode: OWNER_ONLY.file, flag: 'wx' });
    renameSync(beside, path);
  } catch (cause) {
    throw usage(`cannot write ${path}: ${cause instanceof Error ? cause.message : cause}`);
  }
}

/** @throws CommandFailure */
export function assertContextName(name: string): void {
  if (!NAME.test(name)) throw usage(`a context is called by 1 to 64 letters, digits, "_", "-" and "."`);
}

/** @throws CommandFailure when there is no such context */
export function contextNamed({ contexts }: Contexts, name: string): Context {
  const found = Object.hasOwn(contexts, name) ? contexts[name] : undefined;
  if (found) return found;
  const known = Object.keys(contexts).join(', ');
  throw usage(
    `there is no context ${name}${known === '' ? '; ordinal context add adds one' : ` among ${known}`}`,
  );
}

/** Whether others on this machine can read the file, which may hold tokens. */
export function isOpenToOthers(path: string): boolean {
  if (process.platform === 'win32') return false;
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && (found.mode & OTHERS) !== 0;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw usage(`cannot read ${path}: ${cause instanceof Error ? cause.message : cause}`);
  }
}

function faultOf(issue: z.core.$ZodIssue | undefined): string {
  if (issue?.code === 'unrecognized_keys') return `unknown: ${issue.keys.join(', ')}`;
  if (issue?.code === 'invalid_type') return `must be a ${issue.expected}`;
  return issue?.message ?? 'is not what it must be';
}
