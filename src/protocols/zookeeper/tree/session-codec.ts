import { type BinaryReader, type BinaryWriter, DecodeError } from '../../../encoding/binary.ts';
import type { Session } from './session.ts';

/** To clients, 0 is no session, and what is below 0 may be the owner of a container or a TTL znode. */
function isSessionId(id: bigint): boolean {
  return id > 0n;
}

export function writeSessionId(writer: BinaryWriter, id: bigint): BinaryWriter {
  if (!isSessionId(id)) throw new RangeError(`a session with the id ${id}`);
  return writer.long(id);
}

export function readSessionId(reader: BinaryReader): bigint {
  const id = reader.long();
  if (!isSessionId(id)) throw new DecodeError(`a session with the id ${id}`);
  return id;
}

export function writeSession(writer: BinaryWriter, session: Session): void {
  writeSessionId(writer, session.id).byteString(session.password).unsigned(session.timeoutMs);
  writer.unsigned(session.attachedAt).unsigned(session.writes);
  writer.unsigned(session.renewedAt).unsigned(session.renewedAtMs);
}

export function readSession(reader: BinaryReader): Session {
  return {
    id: readSessionId(reader),
    password: reader.byteString(),
    timeoutMs: reader.unsigned(),
    attachedAt: reader.unsigned(),
    writes: reader.unsigned(),
    renewedAt: reader.unsigned(),
    renewedAtMs: reader.unsigned(),
  };
}
