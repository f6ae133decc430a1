// The whole state at one position as a row of chunks, sorted by key: equal states are equal bytes, so a digest over the chunks tells
// whether two replicas agree.

import { BinaryReader, BinaryWriter, DecodeError } from '../../encoding/binary.ts';
import { BLOB_BYTES_MAX, KEY_BYTES_MAX, VALUE_BYTES_MAX } from '../../limits.ts';
import { readEntry, readResult, writeEntry, writeResult } from './result-codec.ts';
import { State } from './state.ts';

const SNAPSHOT_FORMAT = 1;

const HEADER = 0;
const KEY = 1;
const REQUEST = 2;

/** A chunk is ended before one more item of the largest size could pass what a blob holds. */
const CHUNK_BYTES_MAX = BLOB_BYTES_MAX - 2 * (VALUE_BYTES_MAX + KEY_BYTES_MAX);

class NewerSnapshotFormatError extends DecodeError {
  constructor(format: number) {
    super(
      `snapshot format ${format} is not known to this program, which knows ${SNAPSHOT_FORMAT}: update it`,
    );
  }
}

/** The chunks of `state`, which must not change meanwhile. */
export function* encodeState(state: State): Generator<Uint8Array, void, undefined> {
  let writer = new BinaryWriter().byte(HEADER).byte(SNAPSHOT_FORMAT);
  writer.unsigned(state.position);
  for (const write of itemsOf(state)) {
    write(writer);
    if (writer.length < CHUNK_BYTES_MAX) continue;
    yield writer.finish();
    writer = new BinaryWriter();
  }
  if (writer.length > 0) yield writer.finish();
}

/** @throws DecodeError */
export function decodeState(chunks: Iterable<Uint8Array>): State {
  const state = new State();
  let headers = 0;
  for (const chunk of chunks) {
    const reader = new BinaryReader(chunk);
    while (reader.remaining > 0) {
      if (readItem(reader, state) === HEADER) headers += 1;
    }
  }
  if (headers !== 1) throw new DecodeError(`a snapshot with ${headers} headers`);
  return state;
}

function* itemsOf(state: State): Generator<(writer: BinaryWriter) => void, void, undefined> {
  for (const [, entry] of state.entries()) yield (writer) => writeEntry(writer.byte(KEY), entry);
  for (const [id, { fingerprint, result }] of state.requests()) {
    yield (writer) => writeResult(writer.byte(REQUEST).text(id).text(fingerprint), result);
  }
}

function readItem(reader: BinaryReader, state: State): number {
  const tag = reader.byte();
  switch (tag) {
    case HEADER: {
      const format = reader.byte();
      if (format !== SNAPSHOT_FORMAT) throw new NewerSnapshotFormatError(format);
      state.position = reader.unsigned();
      return tag;
    }
    case KEY:
      state.put(readEntry(reader));
      return tag;
    case REQUEST:
      state.rememberRequest(reader.text(), { fingerprint: reader.text(), result: readResult(reader) });
      return tag;
    default:
      throw new DecodeError(`a snapshot item of kind ${tag}`);
  }
}
