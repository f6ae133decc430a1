// The rules for names of namespaces, streams and keys, and the names of logs. The names of logs are stored:
// they never change.

import {
  KEY_NAME_BYTES_MAX,
  LEASE_ID_BYTES_MAX,
  LOG_NAME_BYTES_MAX,
  NAMESPACE_NAME_BYTES_MAX,
  RESOURCE_NAME_BYTES_MAX,
} from './limits.ts';

/** The names of logs that a program was about to delete, in the order of time. */
export const DELETED_LOGS_LOG = 'system/deleted-logs';
/** The log of the namespace that lists all others. */
export const NAMESPACES_LOG = 'system/namespaces';
/** The log of the list of streams. */
export const STREAMS_LOG = 'system/streams';

const STREAM_LOGS = 'stream/';
const NAMESPACE_LOGS = 'namespace/';
export const NAMESPACE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** The log of the namespace's commands. @throws RangeError as `assertNamespace` does */
export function namespaceLogName(namespace: string): string {
  assertNamespace(namespace);
  return NAMESPACE_LOGS + namespace;
}

/** The namespace whose commands the log holds; undefined for any other log. */
export function namespaceOf(log: string): string | undefined {
  return log.startsWith(NAMESPACE_LOGS) ? log.slice(NAMESPACE_LOGS.length) : undefined;
}

/** The log of the stream at `path`. @throws RangeError as `assertStreamPath` does */
export function streamLogName(path: string): string {
  assertStreamPath(path);
  return STREAM_LOGS + path;
}

/** The path of the stream that is this log; undefined for any other log. */
export function streamOf(log: string): string | undefined {
  return log.startsWith(STREAM_LOGS) ? log.slice(STREAM_LOGS.length) : undefined;
}

/** @throws RangeError when no namespace is called that */
export function assertNamespace(namespace: string): void {
  if (NAMESPACE_NAME.test(namespace) && namespace.length <= NAMESPACE_NAME_BYTES_MAX) return;
  throw new RangeError(`${JSON.stringify(namespace)} is no name of a namespace`);
}

/** @throws RangeError when no stream can be there */
export function assertStreamPath(path: string): void {
  if (!isStreamPath(path)) throw new RangeError(`${JSON.stringify(path)} is no path of a stream`);
}

export function isStreamPath(path: string): boolean {
  const isLegal = path !== '' && path.isWellFormed() && !path.includes('\0');
  return isLegal && bytesOf(STREAM_LOGS + path) <= LOG_NAME_BYTES_MAX;
}

/** Why there can be no such key; undefined when there can. */
export function keyFault(key: string): string | undefined {
  return textFault('key', key, KEY_NAME_BYTES_MAX) ?? stepFault(key);
}

/** Why no lock, election, group, member or sequence can be called that; undefined when one can. */
export function nameFault(what: string, name: string): string | undefined {
  return textFault(what, name, RESOURCE_NAME_BYTES_MAX) ?? wholeStepFault(what, name);
}

export function leaseFault(lease: string): string | undefined {
  return textFault('lease', lease, LEASE_ID_BYTES_MAX) ?? wholeStepFault('lease', lease);
}

/** In a URL it leads to the path above, in every spelling. */
function wholeStepFault(what: string, name: string): string | undefined {
  return name === '.' || name === '..' ? `no ${what} is called "${name}"` : undefined;
}

/** Why there can be no such prefix of keys, which may be empty; undefined when there can. */
export function prefixFault(prefix: string): string | undefined {
  return prefix === '' ? undefined : textFault('prefix', prefix, KEY_NAME_BYTES_MAX);
}

/**
 * Why this can be no value; undefined when it can. Text that is no Unicode would be stored as another one.
 */
export function textValueFault(value: string | Uint8Array): string | undefined {
  if (typeof value !== 'string' || value.isWellFormed()) return undefined;
  return 'a value that is text must be well-formed Unicode';
}

const encoder = new TextEncoder();

/** Browsers have no `Buffer`. */
function bytesOf(text: string): number {
  return encoder.encode(text).length;
}

function textFault(what: string, text: string, bytesMax: number): string | undefined {
  if (text === '') return `the name of a ${what} must not be empty`;
  if (!text.isWellFormed()) return `the name of a ${what} must be well-formed Unicode`;
  // The character separates names within stored keys.
  if (text.includes('\0')) return `the name of a ${what} must not hold the character NUL`;
  const isLong = text.length > bytesMax || bytesOf(text) > bytesMax;
  return isLong ? `the name of a ${what} has at most ${bytesMax} bytes` : undefined;
}

/** In a URL they lead to another path, in every spelling. */
function stepFault(key: string): string | undefined {
  const isStep = key.includes('.') && key.split('/').some((part) => part === '.' || part === '..');
  return isStep ? 'no part of a key between slashes is "." or ".."' : undefined;
}
