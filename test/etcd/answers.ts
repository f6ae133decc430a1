// What etcd and the kernel answer, in one form that can be compared: that of the kernel, without what only
// one of the two says.

import * as z from 'zod';
import { type ByteString, ofBytes } from '../../src/encoding/byte-string.ts';
import type { Entry } from '../../src/state-machine/kernel/entry.ts';
import type {
  CommandResult,
  ConditionalResult,
  OperationResult,
} from '../../src/state-machine/kernel/result.ts';
import { leaseName, type Origin } from './requests.ts';

/** Positions are the kernel's alone. */
type Kv = Omit<Entry, 'created' | 'modified'>;

export type Answer = { readonly refused: string } | (Branch & { readonly revision: number });

interface Branch {
  readonly succeeded: boolean;
  readonly responses: readonly Response[];
}

type Response =
  | { readonly kind: 'put'; readonly previous: Kv | undefined }
  | { readonly kind: 'delete'; readonly count: number; readonly previous: readonly Kv[] }
  | { readonly kind: 'get'; readonly entries: readonly Kv[]; readonly more: boolean }
  | { readonly kind: 'count'; readonly count: number }
  | ({ readonly kind: 'transaction' } & Branch);

// The gateway leaves out what is 0, empty or false, and writes numbers of 64 bits as strings.
const int64 = z.coerce.number().default(0);
const bytes = z.base64().default('');
const header = z.object({ revision: int64 });
const kv = z.object({
  key: bytes,
  value: bytes,
  version: int64,
  create_revision: int64,
  mod_revision: int64,
  lease: int64,
});
const kvs = z.array(kv).default([]);
const rangeResponse = z.object({ kvs, more: z.boolean().default(false), count: int64 });
const putResponse = z.object({ prev_kv: kv.optional() });
const deleteResponse = z.object({ deleted: int64, prev_kvs: kvs });
const branch = z.object({
  succeeded: z.boolean().default(false),
  get responses() {
    return z.array(responseOp).default([]);
  },
});
const responseOp = z.object({
  response_put: putResponse.optional(),
  response_delete_range: deleteResponse.optional(),
  response_range: rangeResponse.optional(),
  response_txn: branch.optional(),
});
const failure = z.object({ error: z.string() });

export const headerOnly = z.object({ header });
const txnAnswer = branch.extend({ header });
export const rangeAnswer = rangeResponse.extend({ header });
export const grantAnswer = z.object({ header, TTL: int64 });
export const keepAliveAnswer = z.object({ result: z.object({ TTL: int64 }) });
export const timeToLiveAnswer = z.object({ grantedTTL: int64, keys: z.array(bytes).default([]) });

const REFUSALS: Readonly<Record<string, string>> = {
  'etcdserver: requested lease not found': 'lease-not-found',
  'etcdserver: lease already exists': 'lease-exists',
  'etcdserver: key not found': 'key-not-found',
  'etcdserver: too many operations in txn request': 'invalid',
  'etcdserver: mvcc: required revision has been compacted': 'compacted',
  'etcdserver: mvcc: required revision is a future revision': 'future',
};

/** An error of etcd in the kernel's words; one that is not expected here in its own. */
export function refusalIn(answer: unknown): { refused: string } | undefined {
  const { data } = failure.safeParse(answer);
  return data && { refused: REFUSALS[data.error] ?? data.error };
}

export function ofEtcd(origin: Origin, answer: unknown): Answer {
  const refusal = refusalIn(answer);
  if (refusal) return refusal;
  const parsed = txnAnswer.parse(answer);
  return { revision: kernelRevision(origin, parsed.header.revision), ...etcdBranch(origin, parsed) };
}

export function kernelRevision({ revision }: Origin, etcds: number): number {
  return etcds - revision + 1;
}

function etcdBranch(origin: Origin, { succeeded, responses }: z.infer<typeof branch>): Branch {
  return { succeeded, responses: responses.map((one) => etcdResponse(origin, one)) };
}

function etcdResponse(origin: Origin, response: z.infer<typeof responseOp>): Response {
  const kvOf = (one: z.infer<typeof kv>) => etcdKv(origin, one);
  const { response_put: put, response_delete_range: deleted, response_range: range } = response;
  if (put) return { kind: 'put', previous: put.prev_kv && kvOf(put.prev_kv) };
  if (deleted) return { kind: 'delete', count: deleted.deleted, previous: deleted.prev_kvs.map(kvOf) };
  if (response.response_txn) return { kind: 'transaction', ...etcdBranch(origin, response.response_txn) };
  if (!range) throw new Error('an answer of no kind that was asked for');
  // Only a count has no keys although there are some; where there are none, both are alike.
  if (range.kvs.length === 0) return { kind: 'count', count: range.count };
  return { kind: 'get', entries: range.kvs.map(kvOf), more: range.more };
}

export function etcdKv(origin: Origin, one: z.infer<typeof kv>): Kv {
  return {
    key: ofBase64(one.key),
    value: ofBase64(one.value),
    version: one.version,
    createdRevision: kernelRevision(origin, one.create_revision),
    modifiedRevision: kernelRevision(origin, one.mod_revision),
    lease: leaseName(origin, one.lease),
  };
}

export function ofBase64(text: string): ByteString {
  return ofBytes(Buffer.from(text, 'base64'));
}

export function ofKernel(result: CommandResult): Answer {
  if (result.kind === 'refused') return { refused: result.reason };
  if (result.kind !== 'transaction') return { refused: result.kind };
  return { revision: result.revision, ...kernelBranch(result) };
}

function kernelBranch({ succeeded, results }: ConditionalResult): Branch {
  return { succeeded, responses: results.map(kernelResponse) };
}

function kernelResponse(result: OperationResult): Response {
  switch (result.kind) {
    case 'put':
      return { kind: 'put', previous: result.previous && kernelKv(result.previous) };
    case 'delete':
      return { kind: 'delete', count: result.count, previous: result.previous.map(kernelKv) };
    case 'get':
      if (result.entries.length === 0) return { kind: 'count', count: 0 };
      return { kind: 'get', entries: result.entries.map(kernelKv), more: result.more };
    case 'count':
      return { kind: 'count', count: result.count };
    case 'transaction':
      return { kind: 'transaction', ...kernelBranch(result) };
    default:
      throw new Error(`etcd has no ${result.kind} in a transaction`);
  }
}

export function kernelKv({ created: _, modified: __, ...kept }: Entry): Kv {
  return kept;
}
