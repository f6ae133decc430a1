// Multi: several operations in one request, each behind a header of its own.

import type { CheckVersion, WriteOperation } from '../tree/command.ts';
import { decodeOperation } from './operation.ts';
import { OperationCode as Code } from './operation-code.ts';
import { type JuteReader, MalformedError } from './reader.ts';

export interface MultiWrite {
  readonly kind: 'multi';
  readonly operations: readonly WriteOperation[];
}

export interface MultiRead {
  readonly kind: 'multi-read';
  readonly reads: readonly { readonly kind: 'get-data' | 'get-children'; readonly path: string }[];
  /** These are writes: it is refused as a whole. */
  readonly isOfWrites: boolean;
}

/**
 * All of it must be writes, or all reads.
 *
 * @throws MalformedError for any other operation, too
 */
export function decodeMulti(
  reader: JuteReader,
  expected: 'write' | 'read' = 'write',
): MultiWrite | MultiRead {
  if (expected === 'read') return decodeMultiRead(reader);
  const operations: WriteOperation[] = [];
  for (let type = nextType(reader); type !== undefined; type = nextType(reader))
    operations.push(writeOperation(type, reader));
  return { kind: 'multi', operations };
}

function decodeMultiRead(reader: JuteReader): MultiRead {
  const reads: MultiRead['reads'][number][] = [];
  let writes = 0;
  for (let type = nextType(reader); type !== undefined; type = nextType(reader)) {
    if (type === Code.getData || type === Code.getChildren) {
      reads.push(readOperation(type, reader));
    } else {
      writeOperation(type, reader);
      writes += 1;
    }
    if (reads.length > 0 && writes > 0) throw new MalformedError('a multi of reads and writes');
  }
  return { kind: 'multi-read', reads, isOfWrites: writes > 0 };
}

/** The type of the next operation; undefined at the end. */
function nextType(reader: JuteReader): number | undefined {
  const type = reader.int();
  const isEnd = reader.flag();
  reader.int();
  return isEnd ? undefined : type;
}

function writeOperation(type: number, reader: JuteReader): WriteOperation {
  if (type === Code.check) return checkVersion(reader);
  const operation = type === Code.setAcl ? undefined : decodeOperation(type, reader, 'multi');
  if (!operation) throw new MalformedError(`a multi with an operation of type ${type}`);
  return operation;
}

function checkVersion(reader: JuteReader): CheckVersion {
  return { kind: 'check', path: reader.text(), version: reader.int() };
}

function readOperation(
  type: typeof Code.getData | typeof Code.getChildren,
  reader: JuteReader,
): MultiRead['reads'][number] {
  const read = { kind: type === Code.getData ? 'get-data' : 'get-children', path: reader.text() } as const;
  // Nothing sets a watch in here.
  reader.flag();
  return read;
}
