// A log over HTTP. An append is repeated only when it certainly did not happen: the protocol gives it no key to know it again by.

import { isDotSegment } from './paths.ts';
import { type Answered, type Rejected, type RequestFailed, rejected, type Sender } from './sender.ts';

export type CreateAnswer =
  | { readonly kind: 'created' | 'exists'; readonly tail: number }
  | Rejected
  | RequestFailed;

export type AppendAnswer =
  | { readonly kind: 'appended'; readonly first: number; readonly last: number }
  /** Only with `expectedTail`: the log has gone on. */
  | { readonly kind: 'tail-mismatch'; readonly tail: number }
  | Rejected
  | RequestFailed;

export type ReadAnswer =
  | {
      readonly kind: 'records';
      /** Of a JSON log an array with a value for each record, else all bytes one after the other. */
      readonly body: Uint8Array;
      /** Read on from here. */
      readonly next: number;
      readonly upToDate: boolean;
      readonly closed: boolean;
    }
  | Rejected
  | RequestFailed;

export interface AppendOptions {
  /** Default: `application/json`. */
  readonly contentType?: string | undefined;
  /** Append only if the tail is still there (compare-and-append). */
  readonly expectedTail?: number | undefined;
}

const JSON_TYPE = 'application/json';
const CLOSED = 'stream-closed';
const NEXT = 'stream-next-offset';

export class StreamClient {
  readonly #asker: Sender;
  readonly #path: string;

  /** @throws RangeError when a part of `path` is `.` or `..` */
  constructor(asker: Sender, path: string) {
    if (path.split('/').some(isDotSegment)) throw new RangeError(`"${path}" is no path of a stream`);
    this.#asker = asker;
    this.#path = `/v1/stream/${path.split('/').map(encodeURIComponent).join('/')}`;
  }

  /** To create it again is fine when both mean the same log. */
  create(contentType = JSON_TYPE): Promise<CreateAnswer> {
    return this.#change('PUT', { 'content-type': contentType });
  }

  /** In a JSON log an array is one record for each element. */
  async append(body: string | Uint8Array<ArrayBuffer>, options: AppendOptions = {}): Promise<AppendAnswer> {
    const { contentType = JSON_TYPE, expectedTail } = options;
    const asked = await this.#asker.ask({
      method: 'POST',
      path: this.#path,
      headers: {
        'content-type': contentType,
        ...(expectedTail === undefined ? {} : { 'if-match': `"${offsetOf(expectedTail)}"` }),
      },
      body,
      repeatable: false,
      expectedHeader: 'ordinal-last-position',
    });
    return appendAnswer(asked);
  }

  /** No append ever again. */
  close(): Promise<CreateAnswer> {
    return this.#change('POST', { [CLOSED]: 'true' });
  }

  /** What comes after `after`; with `wait` only once there is something, or after the server's own time-out. */
  async read(after = 0, { wait = false }: { wait?: boolean } = {}): Promise<ReadAnswer> {
    const offset = after === 0 ? '-1' : offsetOf(after);
    const path = `${this.#path}?offset=${offset}${wait ? '&live=long-poll' : ''}`;
    const asked = await this.#asker.ask({
      method: 'GET',
      path,
      repeatable: true,
      waits: wait,
      expectedHeader: NEXT,
    });
    if (asked.kind === 'failed') return asked;
    if (asked.kind === 'problem') return rejected(asked.problem);
    const { headers, status, body } = asked;
    return {
      kind: 'records',
      body,
      next: nextOf(headers),
      upToDate: headers.has('stream-up-to-date') || status === 204,
      closed: headers.get(CLOSED) === 'true',
    };
  }

  /** A change of the log that may be made twice. */
  async #change(method: string, headers: Readonly<Record<string, string>>): Promise<CreateAnswer> {
    const asked = await this.#asker.ask({
      method,
      path: this.#path,
      headers,
      repeatable: true,
      expectedHeader: NEXT,
    });
    if (asked.kind === 'failed') return asked;
    if (asked.kind === 'problem') return rejected(asked.problem);
    return { kind: asked.status === 201 ? 'created' : 'exists', tail: nextOf(asked.headers) };
  }
}

function appendAnswer(asked: Answered): AppendAnswer {
  if (asked.kind === 'failed') return asked;
  const { headers } = asked;
  if (asked.kind === 'problem') {
    if (asked.problem.code !== 'tail-mismatch') return rejected(asked.problem);
    return { kind: 'tail-mismatch', tail: nextOf(asked.headers) };
  }
  const first = Number(headers.get('ordinal-first-position'));
  return { kind: 'appended', first, last: Number(headers.get('ordinal-last-position')) };
}

function offsetOf(position: number): string {
  return `0000000000000000_${String(position).padStart(16, '0')}`;
}

function nextOf(headers: Headers): number {
  return Number(headers.get(NEXT)?.split('_')[1] ?? 0);
}
