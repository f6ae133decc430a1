// A command as a record. The numbers here are stored: they never change, new ones are added behind.

import {
  BinaryReader,
  BinaryWriter,
  NewerFormatError,
  oneOf,
  readAll,
  writeAll,
} from '../../../encoding/binary.ts';
import { readIdentity, writeIdentity } from './acl-codec.ts';
import type { Command, DeleteUnused, ExpireSessions, Holder, InOrder, Write } from './command.ts';
import { readOperation, writeOperation } from './operation-codec.ts';
import { readSessionId, writeSessionId } from './session-codec.ts';

const COMMAND_FORMAT = 1;

const KINDS = [
  'create-session',
  'attach-session',
  'renew-sessions',
  'expire-sessions',
  'close-session',
  'write',
  'delete-unused',
] as const satisfies readonly Command['kind'][];

export function encodeCommand(command: Command): Uint8Array {
  const writer = new BinaryWriter().byte(COMMAND_FORMAT).byte(KINDS.indexOf(command.kind));
  switch (command.kind) {
    case 'create-session':
    case 'attach-session':
      writeSessionId(writer, command.session).bytes(command.password).unsigned(command.timeoutMs);
      break;
    case 'renew-sessions':
      writeAll(writer, command.holders, writeHolder);
      break;
    case 'expire-sessions':
      writeAll(writer, command.sessions, (to, { session, renewedAt }) => {
        writeSessionId(to, session).unsigned(renewedAt);
      });
      break;
    case 'close-session':
      writeInOrder(writer, command);
      break;
    case 'write':
      writeWrite(writer, command);
      break;
    case 'delete-unused':
      writeAll(writer, command.nodes, (to, { path, mzxid, pzxid }) => {
        to.text(path).unsigned(mzxid).unsigned(pzxid);
      });
  }
  return writer.finish();
}

function writeWrite(writer: BinaryWriter, command: Write): void {
  writeInOrder(writer, command);
  writeAll(writer, command.identities, writeIdentity);
  writeAll(writer, command.operations, writeOperation);
}

function writeInOrder(writer: BinaryWriter, { holder, number }: InOrder): void {
  writeHolder(writer, holder);
  writer.unsigned(number);
}

function writeHolder(writer: BinaryWriter, { session, attachedAt }: Holder): void {
  writeSessionId(writer, session).unsigned(attachedAt);
}

/**
 * @throws DecodeError when the bytes are no command; NewerFormatError when they may be one of a
 *   later program.
 */
export function decodeCommand(record: Uint8Array): Command {
  const reader = new BinaryReader(record);
  const format = reader.byte();
  if (format !== COMMAND_FORMAT) throw new NewerFormatError('command', format, COMMAND_FORMAT);
  const command = readCommand(reader);
  reader.end();
  return command;
}

function readCommand(reader: BinaryReader): Command {
  const kind = oneOf(KINDS, reader.byte());
  switch (kind) {
    case 'create-session':
    case 'attach-session': {
      const session = readSessionId(reader);
      const password = reader.bytes();
      return { kind, session, password, timeoutMs: reader.unsigned() };
    }
    case 'renew-sessions':
      return { kind, holders: readAll(reader, readHolder) };
    case 'expire-sessions':
      return { kind, sessions: readAll(reader, readExpiry) };
    case 'close-session':
      return { kind, ...readInOrder(reader) };
    case 'write':
      return readWrite(reader);
    case 'delete-unused':
      return { kind, nodes: readAll(reader, readUnused) };
  }
}

function readWrite(reader: BinaryReader): Write {
  const inOrder = readInOrder(reader);
  const identities = readAll(reader, readIdentity);
  return { kind: 'write', ...inOrder, identities, operations: readAll(reader, readOperation) };
}

function readInOrder(reader: BinaryReader): InOrder {
  const holder = readHolder(reader);
  return { holder, number: reader.unsigned() };
}

function readHolder(reader: BinaryReader): Holder {
  const session = readSessionId(reader);
  return { session, attachedAt: reader.unsigned() };
}

function readExpiry(reader: BinaryReader): ExpireSessions['sessions'][number] {
  const session = readSessionId(reader);
  return { session, renewedAt: reader.unsigned() };
}

function readUnused(reader: BinaryReader): DeleteUnused['nodes'][number] {
  const path = reader.text();
  const mzxid = reader.unsigned();
  return { path, mzxid, pzxid: reader.unsigned() };
}
