// A command as a record. The numbers here are stored: they never change, new ones are added behind.

import {
  BinaryReader,
  BinaryWriter,
  NewerFormatError,
  oneOf,
  readAll,
  writeAll,
} from '../../encoding/binary.ts';
import type { Command, Expire } from './command.ts';
import { readConditional, writeConditional } from './transaction-codec.ts';

const COMMAND_FORMAT = 1;

const KINDS = ['transaction', 'renew', 'expire', 'compact'] as const satisfies readonly Command['kind'][];

export function encodeCommand(command: Command): Uint8Array {
  const writer = new BinaryWriter().byte(COMMAND_FORMAT).byte(KINDS.indexOf(command.kind));
  switch (command.kind) {
    case 'transaction':
      writeConditional(writer.text(command.requestId ?? ''), command);
      break;
    case 'renew':
      writeAll(writer, command.leases, (to, id) => to.text(id));
      break;
    case 'expire':
      writeAll(writer, command.leases, (to, { lease, renewedAt }) => to.text(lease).unsigned(renewedAt));
      break;
    case 'compact':
      writer.integer(command.position);
  }
  return writer.finish();
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
    case 'transaction': {
      const requestId = reader.text();
      const conditional = readConditional(reader);
      return requestId === '' ? { kind, ...conditional } : { kind, requestId, ...conditional };
    }
    case 'renew':
      return { kind, leases: readAll(reader, (from) => from.text()) };
    case 'expire':
      return { kind, leases: readAll(reader, readExpiry) };
    case 'compact':
      return { kind, position: reader.integer() };
  }
}

function readExpiry(reader: BinaryReader): Expire['leases'][number] {
  const lease = reader.text();
  return { lease, renewedAt: reader.unsigned() };
}
