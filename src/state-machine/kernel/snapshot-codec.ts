// The whole state as a row of chunks, each part in the order of its keys: equal states are equal bytes, so a
// digest over the chunks tells whether two replicas agree. The keys of a lease are not stored, because each
// entry names its lease.

import { BinaryReader, BinaryWriter, DecodeError, NewerFormatError } from '../../encoding/binary.ts';
import {
  BLOB_BYTES_MAX,
  KEY_BYTES_MAX,
  REMEMBERED_RESULT_BYTES_MAX,
  REQUESTS_REMEMBERED_MAX,
  VALUE_BYTES_MAX,
} from '../../limits.ts';
import type { Entry } from './entry.ts';
import { readEntry, writeEntry } from './entry-codec.ts';
import type { Lease } from './lease.ts';
import type { RememberedRequest } from './requests.ts';
import { readResult, writeResult } from './result-codec.ts';
import { KernelState } from './state.ts';

const SNAPSHOT_FORMAT = 1;

/** In the order in which they come. */
const HEADER = 0;
const LEASE = 1;
const ENTRY = 2;
const REQUEST = 3;

/** A chunk is ended before one more item of the largest size could pass what a blob holds. */
const CHUNK_BYTES_MAX = BLOB_BYTES_MAX - 2 * (VALUE_BYTES_MAX + KEY_BYTES_MAX + REMEMBERED_RESULT_BYTES_MAX);

/** The chunks of the state as it is during this call, although each is made when it is taken. */
export function encodeState(state: KernelState): Iterable<Uint8Array> {
  const { position, revision, compacted } = state;
  const header = new BinaryWriter().byte(HEADER).byte(SNAPSHOT_FORMAT);
  header.unsigned(position).unsigned(revision).unsigned(compacted);
  const items = itemsOf(state.leases.frozen(), state.frozenEntries(), state.requests.frozen());
  return chunksOf(header, items);
}

type WriteItem = (writer: BinaryWriter) => void;

function* chunksOf(header: BinaryWriter, items: Iterable<WriteItem>): Generator<Uint8Array, void, undefined> {
  let writer = header;
  for (const write of items) {
    write(writer);
    if (writer.length < CHUNK_BYTES_MAX) continue;
    yield writer.finish();
    writer = new BinaryWriter();
  }
  if (writer.length > 0) yield writer.finish();
}

function* itemsOf(
  leases: Iterable<Lease>,
  entries: Iterable<Entry>,
  requests: Iterable<readonly [string, RememberedRequest]>,
): Generator<WriteItem, void, undefined> {
  for (const lease of leases) yield (writer) => writeLease(writer.byte(LEASE), lease);
  for (const entry of entries) yield (writer) => writeEntry(writer.byte(ENTRY), entry);
  for (const [id, { fingerprint, result }] of requests) {
    yield (writer) => writeResult(writer.byte(REQUEST).text(id).text(fingerprint), result);
  }
}

function writeLease(writer: BinaryWriter, lease: Lease): void {
  writer.text(lease.id).unsigned(lease.ttlMs);
  writer.unsigned(lease.renewedAtMs).unsigned(lease.renewedAt);
}

/** @throws DecodeError */
export function decodeState(chunks: Iterable<Uint8Array>): KernelState {
  const loading = new Loading();
  for (const chunk of chunks) {
    const reader = new BinaryReader(chunk);
    while (reader.remaining > 0) loading.read(reader);
  }
  return loading.finish();
}

/** Accepts only the output of `encodeState`: a state has one encoding. */
class Loading {
  readonly #state = new KernelState();
  #tag = -1;
  /** The key of the item before, if that was of the same kind. */
  #last = '';

  read(reader: BinaryReader): void {
    const tag = reader.byte();
    const isFirst = this.#tag === -1;
    if (isFirst !== (tag === HEADER) || tag < this.#tag)
      throw new DecodeError(`item ${tag} after ${this.#tag}`);
    if (tag !== this.#tag) this.#last = '';
    this.#tag = tag;
    this.#readItem(tag, reader);
  }

  finish(): KernelState {
    if (this.#tag === -1) throw new DecodeError('a snapshot without a header');
    return this.#state;
  }

  #readItem(tag: number, reader: BinaryReader): void {
    switch (tag) {
      case HEADER:
        this.#readHeader(reader);
        break;
      case LEASE:
        this.#readLease(reader);
        break;
      case ENTRY:
        this.#readEntry(reader);
        break;
      case REQUEST:
        this.#readRequest(reader);
        break;
      default:
        throw new DecodeError(`a snapshot item of kind ${tag}`);
    }
  }

  #readHeader(reader: BinaryReader): void {
    const format = reader.byte();
    if (format !== SNAPSHOT_FORMAT) throw new NewerFormatError('snapshot', format, SNAPSHOT_FORMAT);
    this.#state.position = reader.unsigned();
    this.#state.revision = reader.unsigned();
    this.#state.compacted = reader.unsigned();
  }

  #readLease(reader: BinaryReader): void {
    const lease: Lease = {
      id: reader.text(),
      ttlMs: reader.unsigned(),
      renewedAtMs: reader.unsigned(),
      renewedAt: reader.unsigned(),
    };
    this.#ascending(lease.id);
    this.#state.leases.put(lease);
  }

  #readEntry(reader: BinaryReader): void {
    const entry = readEntry(reader);
    this.#ascending(entry.key);
    if (entry.lease !== '' && !this.#state.lease(entry.lease)) {
      throw new DecodeError('a key of a lease that does not exist');
    }
    this.#state.putEntry(entry, undefined);
  }

  #readRequest(reader: BinaryReader): void {
    const { requests } = this.#state;
    const id = reader.text();
    if (requests.get(id) || requests.size === REQUESTS_REMEMBERED_MAX) {
      throw new DecodeError('a request id that is there twice, or one too many');
    }
    requests.remember(id, { fingerprint: reader.text(), result: readResult(reader) });
  }

  /** Neither keys nor ids of leases are empty. */
  #ascending(name: string): void {
    if (name <= this.#last) throw new DecodeError('a snapshot that is out of order');
    this.#last = name;
  }
}
