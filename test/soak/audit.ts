// Audits a chapter: compares what clients were told with the data directory and with what each server shows.

import { createHash } from 'node:crypto';
import { nameKey, nameOfKey } from '../../src/coordination/keys.ts';
import { textOf } from '../../src/encoding/binary.ts';
import { toText } from '../../src/encoding/byte-string.ts';
import { Log } from '../../src/log/log.ts';
import type { LogRecord } from '../../src/log/results.ts';
import { prefixRange } from '../../src/state-machine/kernel/range.ts';
import { SqliteStore } from '../../src/store/sqlite/store.ts';
import type { HistoryEntry } from '../checker/history.ts';
import { logFaults } from '../checker/log-history.ts';
import { namespaceFaults, type Replayed, replayNamespace } from '../checker/namespace-history.ts';
import { readsGoingBack } from '../checker/reads-going-back.ts';
import type { Chapter } from './chapter.ts';
import { type Answered, ask } from './requests.ts';

/** In histories, whoever reads the whole stream at last. */
const AUDITOR = 9999;
const LOG_OPERATIONS = ['append', 'tail', 'read'];
const NAMES_MAX = 1000;

export interface AuditedRecord extends LogRecord {
  /** Of a stream: what was appended. */
  readonly text: string;
}

export interface Audit {
  readonly chapter: Chapter;
  readonly data: string;
  readonly urls: readonly string[];
}

/** What is wrong, or nothing. */
export async function auditChapter({ chapter, data, urls }: Audit): Promise<string[]> {
  const done = chapter.call(AUDITOR, { operation: 'read', arguments: { from: 0, whole: true } });
  const stream = await recordsIn(data, chapter.log);
  done({
    result: { records: stream.map(({ position, text }) => ({ position, text })), tail: stream.length },
  });
  const namespace = await recordsIn(data, chapter.namespace);
  const order = stream.map(({ text }) => text);
  const truth = replayNamespace(namespace);
  const history = chapter.history.toSorted((a, b) => a.call - b.call);
  const ofLog = ({ operation }: HistoryEntry) => LOG_OPERATIONS.includes(operation);
  const ofNamespace = (entry: HistoryEntry) => !ofLog(entry);
  const faults = [
    ...holes(chapter.log, stream),
    ...holes(chapter.namespace, namespace),
    ...readsGoingBack(history),
    ...logFaults({ history: history.filter(ofLog), nothing: chapter.nothing.filter(ofLog), order }),
    ...namespaceFaults({
      history: history.filter(ofNamespace),
      nothing: chapter.nothing.filter(ofNamespace),
      truth,
    }),
  ];
  for (const url of urls) faults.push(...(await serverFaults(url, chapter, order, truth)));
  return faults.map((fault) => `${chapter.name}: ${fault}`);
}

/** All records of a log, as this process finds them in the directory. */
export async function recordsIn(data: string, name: string): Promise<AuditedRecord[]> {
  const store = new SqliteStore(data);
  try {
    const log = new Log(store, name);
    const records: AuditedRecord[] = [];
    for (let result = await log.read(0); ; result = await log.read(result.cursor)) {
      if (result.kind === 'missing') return records;
      if (result.kind !== 'records') throw new Error(`${name}: ${result.kind}`);
      for (const record of result.records) records.push({ ...record, text: textIn(record, name) });
      if (result.upToDate) return records;
    }
  } finally {
    await store.close();
  }
}

/** Equal for equal contents. */
export async function digestOf(data: string, name: string): Promise<string> {
  const hash = createHash('sha256');
  for (const record of await recordsIn(data, name)) hash.update(`${record.position} `).update(record.data);
  return hash.digest('hex');
}

function textIn({ data }: LogRecord, log: string): string {
  return log.startsWith('stream/') ? (JSON.parse(textOf(data)) as string) : '';
}

function holes(log: string, records: readonly LogRecord[]): string[] {
  const wrong = records.findIndex(({ position }, index) => position !== index + 1);
  return wrong < 0 ? [] : [`${log}: position ${records[wrong]?.position} where ${wrong + 1} should be`];
}

/** What one server shows, of the whole stream and of all names. */
async function serverFaults(
  url: string,
  chapter: Chapter,
  order: readonly string[],
  { state }: Replayed,
): Promise<string[]> {
  const faults: string[] = [];
  const texts = await textsAt(url, chapter);
  if (JSON.stringify(texts) !== JSON.stringify(order)) {
    faults.push(`a server shows ${texts.length} records, where there are ${order.length}, or others`);
  }
  const expected = [...state.entriesIn(prefixRange(nameKey('')))].map(({ key, value }) => [
    nameOfKey(key),
    toText(value),
  ]);
  const { names } = bodyOf(
    await ask(`${url}/v1/namespaces/${chapter.name}/names?limit=${NAMES_MAX}`, 'GET'),
  ) as {
    names: { name: string; owner: string }[];
  };
  const shown = names.map(({ name, owner }) => [name, owner]);
  if (JSON.stringify(shown) !== JSON.stringify(expected)) {
    faults.push(`a server shows the names ${JSON.stringify(shown)}, not ${JSON.stringify(expected)}`);
  }
  return faults;
}

async function textsAt(url: string, chapter: Chapter): Promise<string[]> {
  const texts: string[] = [];
  for (let offset = '-1'; ; ) {
    const answered = await ask(`${url}/v1/stream/${chapter.name}?offset=${offset}`, 'GET');
    texts.push(...(bodyOf(answered) as string[]));
    const { headers } = answered as Exclude<Answered, string>;
    if (headers.get('stream-up-to-date') === 'true') return texts;
    offset = headers.get('stream-next-offset') ?? '';
  }
}

function bodyOf(answered: Answered): unknown {
  if (typeof answered === 'string') throw new Error(`an audit was not answered: ${answered}`);
  if (answered.status === 200) return answered.body;
  throw new Error(`an audit was answered with ${answered.status}: ${JSON.stringify(answered.body)}`);
}
