// The whole state as a row of chunks, each part in the order of its keys: equal states are equal bytes, so a
// digest over the chunks tells whether two replicas agree. What follows from the rest is not stored: the
// number of children, the znodes of a session, quotas.

import { BinaryReader, BinaryWriter, DecodeError, NewerFormatError } from '../../../encoding/binary.ts';
import { isPath, ROOT } from './path.ts';
import type { Session } from './session.ts';
import { readSession, writeSession } from './session-codec.ts';
import { chunksOf, framesOf } from './snapshot-chunks.ts';
import { TreeState } from './state.ts';
import { SYSTEM_PATHS } from './system-nodes.ts';
import type { Znode } from './znode.ts';
import { ZnodeReader, ZnodeWriter } from './znode-codec.ts';

const SNAPSHOT_FORMAT = 1;

/** In the order in which they come. */
const HEADER = 0;
const SESSION = 1;
const ZNODE = 2;

/** A frame ends with the first item that makes it so large. Only the last one is smaller. */
const FRAME_BYTES = 32 * 1024;

/** The chunks of the state as it is during this call, although each is made when it is taken. */
export function encodeState(state: TreeState): Iterable<Uint8Array> {
  return chunksOf(framesIn([...state.sessions.values()], state.frozenNodes()));
}

function* framesIn(sessions: Session[], nodes: Iterable<Znode>): Generator<Uint8Array, void, undefined> {
  let frame = new BinaryWriter();
  for (const write of itemsOf(sessions, nodes)) {
    write(frame);
    if (frame.length < FRAME_BYTES) continue;
    yield frame.finish();
    frame = new BinaryWriter(FRAME_BYTES * 2);
  }
  if (frame.length > 0) yield frame.finish();
}

type WriteItem = (writer: BinaryWriter) => void;

function* itemsOf(sessions: Session[], nodes: Iterable<Znode>): Generator<WriteItem, void, undefined> {
  yield (writer) => writer.byte(HEADER).byte(SNAPSHOT_FORMAT);
  for (const session of sessions.sort(byId)) yield (writer) => writeSession(writer.byte(SESSION), session);
  const znodes = new ZnodeWriter();
  for (const node of nodes) yield (writer) => znodes.write(writer.byte(ZNODE), node);
}

function byId(a: Session, b: Session): number {
  return a.id < b.id ? -1 : 1;
}

/** @throws DecodeError */
export function decodeState(chunks: Iterable<Uint8Array>): TreeState {
  const loading = new Loading();
  for (const frame of framesOf(chunks)) loading.readFrame(frame);
  return loading.finish();
}

/** Accepts only the frames of `encodeState`: a state has one encoding. */
class Loading {
  readonly #state = new TreeState();
  readonly #znodes = new ZnodeReader((acl) => this.#state.acls.share(acl));
  /** By parent. */
  readonly #childCounts = new Map<string, number>();
  #tag = -1;
  #lastSession = 0n;
  #lastPath = '';
  #wasLastFrame = false;

  readFrame(frame: Uint8Array): void {
    if (this.#wasLastFrame || frame.length === 0) throw new DecodeError('a frame behind the last one');
    this.#wasLastFrame = frame.length < FRAME_BYTES;
    const reader = new BinaryReader(frame);
    while (reader.remaining > 0) {
      if (frame.length - reader.remaining >= FRAME_BYTES) throw new DecodeError('a frame that is too large');
      this.#readItem(reader);
    }
  }

  #readItem(reader: BinaryReader): void {
    const tag = reader.byte();
    const isFirst = this.#tag === -1;
    if (isFirst !== (tag === HEADER) || tag < this.#tag) {
      throw new DecodeError(`item ${tag} after ${this.#tag}`);
    }
    this.#tag = tag;
    if (tag === HEADER) readFormat(reader);
    else if (tag === SESSION) this.#readSession(reader);
    else if (tag === ZNODE) this.#readZnode(reader);
    else throw new DecodeError(`a snapshot item of kind ${tag}`);
  }

  finish(): TreeState {
    const state = this.#state;
    for (const path of SYSTEM_PATHS) {
      if (!state.get(path)) throw new DecodeError(`a snapshot without ${path}`);
    }
    for (const [path, numChildren] of this.#childCounts) {
      const node = state.get(path);
      if (node) state.put({ ...node, numChildren }, node);
    }
    return state;
  }

  #readSession(reader: BinaryReader): void {
    const session = readSession(reader);
    if (session.id <= this.#lastSession) throw new DecodeError('a snapshot that is out of order');
    this.#lastSession = session.id;
    this.#state.sessions.set(session.id, session);
  }

  #readZnode(reader: BinaryReader): void {
    const node = this.#znodes.read(reader);
    const { path, lifetime } = node;
    if (path <= this.#lastPath || !isPath(path)) throw new DecodeError('a snapshot that is out of order');
    this.#lastPath = path;
    if (lifetime.kind === 'session' && !this.#state.sessions.has(lifetime.session)) {
      throw new DecodeError('a znode of a session that does not exist');
    }
    if (path !== ROOT) this.#countChild(path.slice(0, path.lastIndexOf('/')));
    this.#state.put(node, undefined);
  }

  #countChild(parent: string): void {
    if (!this.#state.get(parent)) throw new DecodeError('a znode without a parent');
    this.#childCounts.set(parent, (this.#childCounts.get(parent) ?? 0) + 1);
  }
}

function readFormat(reader: BinaryReader): void {
  const format = reader.byte();
  if (format !== SNAPSHOT_FORMAT) throw new NewerFormatError('snapshot', format, SNAPSHOT_FORMAT);
}
