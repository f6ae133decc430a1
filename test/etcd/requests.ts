// The kernel's transactions as requests to etcd's JSON gateway.

import { type ByteString, toBytes } from '../../src/encoding/byte-string.ts';
import type { Check, Conditional, Get, Operation, Put } from '../../src/state-machine/kernel/command.ts';
import type { Range } from '../../src/state-machine/kernel/range.ts';

/** Where a sequence begins in a store and among leases that others have used before. */
export interface Origin {
  /** The revision of etcd that is the kernel's 1, that of an empty store. */
  readonly revision: number;
  /** To be added to the number in a lease's name. */
  readonly lease: number;
}

export function leaseId({ lease }: Origin, name: string): number {
  return name === '' ? 0 : lease + Number(name.slice(1));
}

export function leaseName({ lease }: Origin, id: number): string {
  return id === 0 ? '' : `l${id - lease}`;
}

/** In the order of the kernel's: 0, which is that of no key, and less stay below all of the sequence. */
export function etcdRevision({ revision }: Origin, kernels: number): number {
  return kernels <= 0 ? kernels : kernels + revision - 1;
}

function base64(bytes: ByteString): string {
  return Buffer.from(toBytes(bytes)).toString('base64');
}

export function txnRequest(origin: Origin, conditional: Conditional): object {
  return {
    compare: conditional.checks.map((check) => compare(origin, check)),
    success: conditional.then.map((operation) => requestOp(origin, operation)),
    failure: conditional.else.map((operation) => requestOp(origin, operation)),
  };
}

const RESULTS = { '=': 'EQUAL', '!=': 'NOT_EQUAL', '<': 'LESS', '>': 'GREATER' } as const;

function compare(origin: Origin, check: Check): object {
  const about = { ...rangeOf(check.range), result: RESULTS[check.is] };
  switch (check.target) {
    case 'version':
      return { ...about, target: 'VERSION', version: check.to };
    case 'createdRevision':
      return { ...about, target: 'CREATE', create_revision: etcdRevision(origin, check.to) };
    case 'modifiedRevision':
      return { ...about, target: 'MOD', mod_revision: etcdRevision(origin, check.to) };
    case 'value':
      return { ...about, target: 'VALUE', value: base64(check.to) };
    case 'lease':
      return { ...about, target: 'LEASE', lease: leaseId(origin, check.to) };
    default:
      throw new Error(`etcd compares no ${check.target}`);
  }
}

function rangeOf({ key, end }: Range): object {
  const from = Buffer.from(key === '' ? '\0' : toBytes(key)).toString('base64');
  if (end === undefined) return { key: from };
  return { key: from, range_end: Buffer.from(end === '' ? '\0' : toBytes(end)).toString('base64') };
}

function requestOp(origin: Origin, operation: Operation): object {
  switch (operation.kind) {
    case 'put':
      return { request_put: put(origin, operation) };
    case 'delete':
      return { request_delete_range: { ...rangeOf(operation.range), prev_kv: operation.previous } };
    case 'get':
      return { request_range: get(operation) };
    case 'count':
      return { request_range: { ...rangeOf(operation.range), count_only: true } };
    case 'transaction':
      return { request_txn: txnRequest(origin, operation) };
    default:
      throw new Error(`etcd has no ${operation.kind} in a transaction`);
  }
}

function put(origin: Origin, { key, value, lease }: Put): object {
  return {
    key: base64(key),
    ...(value === undefined ? { ignore_value: true } : { value: base64(value) }),
    ...(lease === undefined ? { ignore_lease: true } : { lease: leaseId(origin, lease) }),
    prev_kv: true,
  };
}

function get({ range, limit, reverse, only }: Get): object {
  const order = reverse ? { sort_order: 'DESCEND', sort_target: 'KEY' } : {};
  return { ...rangeOf(range), limit, ...order, keys_only: only === 'keys' };
}
