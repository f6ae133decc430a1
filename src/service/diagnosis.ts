// The diagnosis of a service's store: the names of all its logs, and their checks. Loaded when one is asked
// for.

import type { Rejected } from '../api/common.ts';
import type { DiagnoseOptions, DiagnoseResult } from '../api/diagnostics.ts';
import type { Namespaces } from '../api/namespaces.ts';
import { type Clock, elapsedMs, momentOf } from '../clock.ts';
import { type Bounds, checkLogs, checkOneLog } from '../diagnostics/logs-check.ts';
import { LOG_NAME_BYTES_MAX } from '../limits.ts';
import { type Store, StoreError } from '../log/store.ts';
import {
  DELETED_LOGS_LOG,
  NAMESPACES_LOG,
  namespaceLogName,
  STREAMS_LOG,
  streamLogName,
} from '../resource-names.ts';
import type { Streams } from './streams.ts';

export interface DiagnosedParts {
  readonly store: Store;
  readonly clock: Clock;
  /** After this time no further read is begun, in milliseconds. */
  readonly diagnosisMaxMs: number;
  readonly machineNamed: Bounds['machineNamed'];
  readonly namespaces: Pick<Namespaces, 'list'>;
  readonly streams: Pick<Streams, 'names'>;
}

const FINDINGS_MAX = 1000;
const NAMES_AT_ONCE = 100;
const SYSTEM_LOGS = [DELETED_LOGS_LOG, NAMESPACES_LOG, STREAMS_LOG];

export async function diagnose(
  parts: DiagnosedParts,
  { log, after }: DiagnoseOptions,
): Promise<DiagnoseResult> {
  const { store, clock, diagnosisMaxMs, machineNamed } = parts;
  for (const name of [log, after]) if (name !== undefined && !isLogName(name)) return NO_LOG_NAME;
  const begun = momentOf(clock);
  const isOver = () => elapsedMs(clock, begun) >= diagnosisMaxMs;
  try {
    if (log !== undefined) return await checkOneLog(store, log, { isOver, machineNamed });
    return await checkLogs(store, logNames(parts, after ?? ''), {
      isOver,
      findingsMax: FINDINGS_MAX,
      machineNamed,
    });
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return { kind: 'failed', definite: true, message: error.message };
  }
}

const NO_LOG_NAME: Rejected = {
  kind: 'rejected',
  code: 'invalid-request',
  message: `the name of a log has from 1 to ${LOG_NAME_BYTES_MAX} bytes, and no NUL`,
};

function isLogName(name: string): boolean {
  const isText = name !== '' && name.isWellFormed() && !name.includes('\0');
  return isText && Buffer.byteLength(name) <= LOG_NAME_BYTES_MAX;
}

/** The names of all logs behind `after`, in the order of their bytes: namespaces, streams, the system's. */
async function* logNames(
  { namespaces, streams }: DiagnosedParts,
  after: string,
): AsyncGenerator<string, void, undefined> {
  const namespacePages = namesAfter(behind(after, NAMESPACE_LOGS), async (startAfter) => {
    const page = await namespaces.list({ startAfter, limit: NAMES_AT_ONCE });
    if (page.kind === 'page') return page;
    throw new StoreError(page.message, { definite: true, retryable: true });
  });
  for await (const name of namespacePages) yield namespaceLogName(name);
  const streamPages = namesAfter(behind(after, STREAM_LOGS), (last) => streams.names(last, NAMES_AT_ONCE));
  for await (const name of streamPages) yield streamLogName(name);
  for (const log of SYSTEM_LOGS) if (log > after) yield log;
}

const NAMESPACE_LOGS = namespaceLogName('x').slice(0, -1);
const STREAM_LOGS = streamLogName('x').slice(0, -1);

/** Which of the names under `prefix` are behind `after`: all, those behind a name, or none. */
function behind(after: string, prefix: string): { readonly last: string | undefined } | undefined {
  if (after.startsWith(prefix)) return { last: after === prefix ? undefined : after.slice(prefix.length) };
  return after < prefix ? { last: undefined } : undefined;
}

async function* namesAfter(
  begin: { readonly last: string | undefined } | undefined,
  pageAfter: (
    last: string | undefined,
  ) => Promise<{ readonly names: readonly string[]; readonly more: boolean }>,
): AsyncGenerator<string, void, undefined> {
  if (!begin) return;
  for (let last = begin.last; ; ) {
    const { names, more } = await pageAfter(last);
    yield* names;
    last = names.at(-1);
    if (!more || last === undefined) return;
  }
}
