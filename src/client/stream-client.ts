// A stream over HTTP. An append is repeated only when it certainly did not happen, or when it is of a
// producer: otherwise no server could recognise it. Plain appends wait for each other (`append-queue.ts`).

import type * as api from '../api/streams.ts';
import { assertStreamPath } from '../resource-names.ts';
import { isJson, JSON_TYPE } from './append-batch.ts';
import type { AppendQueue, SentAppend } from './append-queue.ts';
import type { AppendQueues } from './append-queues.ts';
import { invalid } from './recipes.ts';
import {
  type Answer,
  type Answered,
  type OutgoingRequest,
  type Problem,
  rejected,
  type Sender,
} from './sender.ts';

const CLOSED = 'stream-closed';
const NEXT = 'stream-next-offset';
const FIRST = 'ordinal-first-position';
const FENCING_TOKEN = 'ordinal-fencing-token';
const LAST = 'ordinal-last-position';
const EARLIEST = 'ordinal-earliest-position';
const REPEATED = 'ordinal-repeated';
/** The code for a stream that was deleted, and has forks. */
const GONE = 'stream-gone';
const EMPTY_ARRAY = Uint8Array.of(0x5b, 0x5d);

export class StreamClient implements api.Stream {
  readonly #sender: Sender;
  readonly #path: string;
  readonly #queues: AppendQueues;

  /**
   * @throws RangeError when no stream can be there, or when a part of `path` is `.` or `..`, which no URL can
   * hold
   */
  constructor(sender: Sender, path: string, queues: AppendQueues) {
    assertStreamPath(path);
    const parts = path.split('/');
    if (parts.includes('.') || parts.includes('..')) throw new RangeError(`no URL can hold "${path}"`);
    this.#sender = sender;
    this.#queues = queues;
    this.#path = urlPathOf(path);
  }

  async create(options: api.CreateOptions = {}): Promise<api.CreateResult> {
    const { body, close, expiry, retention, fork } = options;
    const contentType = options.contentType ?? (fork ? undefined : JSON_TYPE);
    const typed = contentType === undefined ? {} : { 'content-type': contentType };
    const configured = { ...expiring(expiry), ...retaining(retention), ...forking(fork) };
    const headers = { ...typed, ...closing(close), ...configured };
    const asked = await this.#ask('PUT', { headers, body, repeatable: true });
    if (asked.kind === 'failed') return asked;
    const end = endIn(asked.headers);
    if (asked.kind === 'problem') return rejectedAt(asked.problem, asked.headers);
    const there = { contentType: typeIn(asked.headers), ...configurationIn(asked.headers), ...end };
    if (asked.status !== 201) return { kind: 'exists', ...there };
    return { kind: 'created', ...there, first: Number(asked.headers.get(FIRST) ?? end.tail + 1) };
  }

  async append(body: string | Uint8Array, options: api.AppendOptions = {}): Promise<api.AppendResult> {
    const { contentType = JSON_TYPE, close } = options;
    // To close a stream has a method of its own.
    if (body.length === 0)
      return { kind: 'rejected', code: 'invalid-request', message: 'an append needs a body' };
    if (isPlain(options)) return this.#queue().append(body, contentType);
    if (close) await this.#queues.settled(this.#path);
    return (await this.#send(body, options)).result;
  }

  #queue(): AppendQueue {
    return this.#queues.of(this.#path, (body, options) => this.#send(body, options));
  }

  async #send(body: string | Uint8Array, options: api.AppendOptions): Promise<SentAppend> {
    const { contentType = JSON_TYPE, close, producer, sequence } = options;
    const sequenced = sequence === undefined ? {} : { 'stream-seq': sequence };
    const headers = {
      'content-type': contentType,
      ...closing(close),
      ...sequenced,
      ...conditionsOf(options),
    };
    const asked = await this.#ask('POST', { headers, body, repeatable: producer !== undefined });
    const lostAnswer = asked.kind === 'failed' ? !asked.definite : asked.lostAnswer;
    return { result: appendResultOf(asked, close ?? false), lostAnswer };
  }

  async close(options: api.CloseOptions = {}): Promise<api.CloseResult> {
    await this.#queues.settled(this.#path);
    const headers = { ...closing(true), ...conditionsOf(options) };
    const asked = await this.#ask('POST', { headers, repeatable: true });
    if (asked.kind === 'failed') return asked;
    if (asked.kind === 'problem') return unchanged(asked.problem, asked.headers);
    if (asked.headers.has(REPEATED)) return repeated(asked.headers);
    return { kind: 'closed', ...endIn(asked.headers) };
  }

  async read(after = 0, options: api.ReadStreamOptions = {}): Promise<api.ReadResult> {
    const asked = await this.#readAt(after, options);
    if (asked.kind !== 'answer') return asked;
    const end = readEndIn(asked);
    // An answer without data has no body, also where the data would be an empty array.
    const body = asked.status === 204 && isJson(end.contentType) ? EMPTY_ARRAY : asked.body;
    return { kind: 'data', body, ...end };
  }

  async readRecords(after = 0, options: api.ReadStreamOptions = {}): Promise<api.ReadRecordsResult> {
    const { RECORDS_TYPE, recordsIn } = await import('./record-pages.ts');
    const asked = await this.#readAt(after, options, { accept: RECORDS_TYPE });
    if (asked.kind !== 'answer') return asked;
    return recordsIn(asked, readEndIn(asked));
  }

  async #readAt(
    after: number,
    { wait = false, fromTimeMs }: api.ReadStreamOptions,
    headers: Record<string, string> = {},
  ): Promise<Answer | api.Unread> {
    const place =
      fromTimeMs === undefined ? `offset=${after === 0 ? '-1' : offsetOf(after)}` : timeOf(fromTimeMs);
    if (fromTimeMs !== undefined && after !== 0)
      return invalid('a read begins after a position or at a time, and not at both');
    const query = `?${place}${wait ? '&live=long-poll' : ''}`;
    const asked = await this.#ask('GET', { headers, repeatable: true, waits: wait }, query);
    return asked.kind === 'problem' ? unread(asked.problem, asked.headers) : asked;
  }

  async describe(): Promise<api.DescribeResult> {
    // A read would renew a stream that expires.
    const asked = await this.#ask('HEAD', { repeatable: true });
    if (asked.kind === 'failed') return asked;
    if (asked.kind === 'problem') return missingOr(asked.problem);
    const { headers } = asked;
    const described = { contentType: typeIn(headers), ...configurationIn(headers), ...endIn(headers) };
    return { kind: 'stream', ...described, earliest: earliestIn(headers) };
  }

  async trim(before: number): Promise<api.TrimResult> {
    const body = JSON.stringify({ before });
    const asked = await this.#ask('PATCH', { body, repeatable: true, expectedHeader: EARLIEST });
    if (asked.kind === 'failed') return asked;
    if (asked.kind === 'problem') return missingOr(asked.problem);
    return { kind: 'trimmed', earliest: earliestIn(asked.headers) };
  }

  async delete(): Promise<api.DeleteResult> {
    const asked = await this.#ask('DELETE', { expectedHeader: 'content-security-policy' });
    if (asked.kind === 'failed') return asked;
    if (asked.kind === 'problem') return missingOr(asked.problem);
    if (asked.status === 204) return { kind: 'deleted' };
    return { kind: 'failed', definite: false, message: 'the answer is not from Ordinal' };
  }

  #ask(method: string, request: Omit<Partial<OutgoingRequest>, 'method' | 'path'>, query = '') {
    const path = `${this.#path}${query}`;
    return this.#sender.ask({ repeatable: false, expectedHeader: NEXT, ...request, method, path });
  }
}

/** Nothing in it is about this append alone, so it can go with others. */
function isPlain({ expectedTail, fencingToken, producer, sequence, close }: api.AppendOptions): boolean {
  const conditions = [expectedTail, fencingToken, producer, sequence];
  return !close && conditions.every((condition) => condition === undefined);
}

function appendResultOf(asked: Answered, closed: boolean): api.AppendResult {
  if (asked.kind === 'failed') return asked;
  if (asked.kind === 'problem') return unchanged(asked.problem, asked.headers);
  if (asked.headers.has(REPEATED)) return repeated(asked.headers);
  if (!asked.headers.has(LAST))
    return { kind: 'failed', definite: false, message: 'the answer is not from Ordinal' };
  const first = Number(asked.headers.get(FIRST));
  return { kind: 'appended', first, last: Number(asked.headers.get(LAST)), closed };
}

function unread(problem: Problem, headers: Headers): api.Unread {
  const { code } = problem;
  if (code === 'offset-gone') return { kind: 'trimmed', earliest: earliestIn(headers) };
  if (code === 'offset-beyond-tail') return { kind: 'beyond-tail', tail: endIn(headers).tail };
  return missingOr(problem);
}

function readEndIn({ status, headers }: Answer): api.StreamReadEnd {
  const { tail: next, closed } = endIn(headers);
  const upToDate = headers.has('stream-up-to-date') || status === 204;
  return { contentType: typeIn(headers), next, upToDate, closed };
}

function missingOr(problem: Problem) {
  return isMissing(problem) ? missing(problem) : rejected(problem);
}

function isMissing({ code }: Problem): boolean {
  return code === 'stream-not-found' || code === GONE;
}

function missing({ code }: Problem): api.Missing {
  return code === GONE ? { kind: 'missing', held: true } : { kind: 'missing' };
}

function unchanged(problem: Problem, headers: Headers) {
  if (isMissing(problem)) return missing(problem);
  if (problem.code === 'tail-mismatch') return { kind: 'tail-mismatch', ...endIn(headers) } as const;
  return rejectedAt(problem, headers);
}

function rejectedAt(problem: Problem, headers: Headers): api.StreamRejected {
  const producer = producerIn(headers);
  return {
    ...rejected(problem),
    ...(headers.has(NEXT) ? { end: endIn(headers) } : {}),
    ...(producer ? { producer } : {}),
  };
}

function producerIn(headers: Headers): api.StreamRejected['producer'] {
  const [epoch, expected] = [headers.get('producer-epoch'), headers.get('producer-expected-seq')];
  if (expected !== null) return { expectedSequence: Number(expected) };
  return epoch === null ? undefined : { epoch: Number(epoch) };
}

function repeated(headers: Headers): api.Repeated {
  const [epoch, sequence] = [headers.get('producer-epoch'), headers.get('producer-seq')];
  const numbers = { epoch: Number(epoch), sequence: Number(sequence) };
  return { kind: 'repeated', ...numbers, ...positionsIn(headers), ...endIn(headers) };
}

function positionsIn(headers: Headers): Pick<api.Repeated, 'first' | 'last'> {
  const [first, last] = [headers.get(FIRST), headers.get(LAST)];
  return first === null || last === null ? {} : { first: Number(first), last: Number(last) };
}

function endIn(headers: Headers): api.StreamEnd {
  const tail = Number(headers.get(NEXT)?.split('_')[1] ?? 0);
  return { tail, closed: headers.get(CLOSED) === 'true' };
}

function earliestIn(headers: Headers): number {
  return Number(headers.get(EARLIEST) ?? 1);
}

function typeIn(headers: Headers): string {
  return headers.get('content-type') ?? '';
}

function expiring(expiry: api.StreamExpiry | undefined): Record<string, string> {
  if (!expiry) return {};
  if ('ttlSeconds' in expiry) return { 'stream-ttl': String(expiry.ttlSeconds) };
  const time = new Date(expiry.atMs);
  return { 'stream-expires-at': Number.isNaN(time.getTime()) ? String(expiry.atMs) : time.toISOString() };
}

const RETENTION_AGE = 'ordinal-retention-seconds';
const RETENTION_BYTES = 'ordinal-retention-bytes';

function retaining({ ageSeconds, bytes }: api.StreamRetention = {}): Record<string, string> {
  return {
    ...(ageSeconds === undefined ? {} : { [RETENTION_AGE]: String(ageSeconds) }),
    ...(bytes === undefined ? {} : { [RETENTION_BYTES]: String(bytes) }),
  };
}

function configurationIn(headers: Headers): Pick<api.StreamDescription, 'expiry' | 'retention'> {
  const [age, bytes] = [headers.get(RETENTION_AGE), headers.get(RETENTION_BYTES)];
  if (age === null && bytes === null) return expiryIn(headers);
  const retention = {
    ...(age === null ? {} : { ageSeconds: Number(age) }),
    ...(bytes === null ? {} : { bytes: Number(bytes) }),
  };
  return { ...expiryIn(headers), retention };
}

function expiryIn(headers: Headers): Pick<api.StreamDescription, 'expiry'> {
  const [ttl, time] = [headers.get('stream-ttl'), headers.get('stream-expires-at')];
  if (ttl !== null) return { expiry: { ttlSeconds: Number(ttl) } };
  return time === null ? {} : { expiry: { atMs: Date.parse(time) } };
}

function timeOf(timeMs: number): string {
  const time = new Date(timeMs);
  return `from-time=${Number.isNaN(time.getTime()) ? timeMs : time.toISOString()}`;
}

function closing(close: boolean | undefined): Record<string, string> {
  return close ? { [CLOSED]: 'true' } : {};
}

function conditionsOf({ expectedTail, fencingToken, producer }: api.CloseOptions): Record<string, string> {
  return {
    ...(expectedTail === undefined ? {} : { 'if-match': `"${offsetOf(expectedTail)}"` }),
    ...(fencingToken === undefined ? {} : { [FENCING_TOKEN]: String(fencingToken) }),
    ...(producer
      ? {
          'producer-id': producer.id,
          'producer-epoch': String(producer.epoch),
          'producer-seq': String(producer.sequence),
        }
      : {}),
  };
}

function forking(fork: api.ForkOptions | undefined): Record<string, string> {
  if (!fork) return {};
  const { from, after, subOffset } = fork;
  return {
    'stream-forked-from': urlPathOf(from),
    ...(after === undefined ? {} : { 'stream-fork-offset': offsetOf(after) }),
    ...(subOffset === undefined ? {} : { 'stream-fork-sub-offset': String(subOffset) }),
  };
}

function urlPathOf(path: string): string {
  return `/v1/stream/${path.split('/').map(encodeURIComponent).join('/')}`;
}

function offsetOf(position: number): string {
  return `0000000000000000_${String(position).padStart(16, '0')}`;
}
