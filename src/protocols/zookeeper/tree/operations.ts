// What each operation of a client checks, in ZooKeeper's order, and does. A failure is an error code.

import { ofBytes } from '../../../encoding/byte-string.ts';
import { type Acl, Permission } from './acl.ts';
import type { CheckVersion, Delete, SetAcl, SetData, WriteOperation } from './command.ts';
import { create } from './create.ts';
import { ErrorCode } from './error-code.ts';
import { isAllowed, storedAcl } from './identities.ts';
import { isPath, parentPath } from './path.ts';
import type { OperationResult } from './result.ts';
import type { Step, Writer } from './step.ts';
import { isSystemPath } from './system-nodes.ts';
import { statOf, type Znode } from './znode.ts';

const ANY_VERSION = -1;

export function carryOut(step: Step, writer: Writer, operation: WriteOperation): OperationResult | ErrorCode {
  switch (operation.kind) {
    case 'create':
      return create(step, writer, operation);
    case 'delete':
      return deleteNode(step, writer, operation);
    case 'set-data':
      return setData(step, writer, operation);
    case 'set-acl':
      return setAcl(step, writer, operation);
    case 'check':
      return check(step, writer, operation);
    case 'refuse':
      return operation.error;
  }
}

function deleteNode(step: Step, writer: Writer, { path, version }: Delete): OperationResult | ErrorCode {
  const above = parentPath(path);
  if (above === undefined || isSystemPath(path)) return ErrorCode.badArguments;
  const parent = step.state.get(above);
  if (!parent) return ErrorCode.noNode;
  if (!isAllowed(parent.acl.acl, Permission.delete, writer.identities)) return ErrorCode.noAuth;
  const node = step.state.get(path);
  if (!node) return ErrorCode.noNode;
  if (!isExpected(version, node.version)) return ErrorCode.badVersion;
  if (node.numChildren > 0) return ErrorCode.notEmpty;
  step.delete(node, parent);
  return { kind: 'deleted' };
}

function setData(step: Step, writer: Writer, operation: SetData): OperationResult | ErrorCode {
  const { path, data, version } = operation;
  const node = permitted(step, writer, path, Permission.write);
  if (typeof node === 'number') return node;
  if (!isExpected(version, node.version)) return ErrorCode.badVersion;
  const after: Znode = {
    ...node,
    data: data && ofBytes(data),
    mzxid: step.at.position,
    mtimeMs: step.at.timeMs,
    version: (node.version + 1) | 0,
  };
  step.changeData(after, node);
  return { kind: 'set', stat: statOf(after) };
}

function setAcl(step: Step, writer: Writer, operation: SetAcl): OperationResult | ErrorCode {
  const { path, version } = operation;
  if (!isPath(path)) return ErrorCode.badArguments;
  const acl: Acl | undefined = storedAcl(operation.acl, writer.identities);
  if (!acl) return ErrorCode.invalidAcl;
  const node = permitted(step, writer, path, Permission.admin);
  if (typeof node === 'number') return node;
  if (!isExpected(version, node.aversion)) return ErrorCode.badVersion;
  const after: Znode = { ...node, acl: step.state.acls.share(acl), aversion: (node.aversion + 1) | 0 };
  step.putSilently(after, node);
  return { kind: 'set', stat: statOf(after) };
}

function check(step: Step, writer: Writer, { path, version }: CheckVersion): OperationResult | ErrorCode {
  const node = permitted(step, writer, path, Permission.read);
  if (typeof node === 'number') return node;
  return isExpected(version, node.version) ? { kind: 'checked' } : ErrorCode.badVersion;
}

function permitted(step: Step, writer: Writer, path: string, permission: number): Znode | ErrorCode {
  if (!isPath(path)) return ErrorCode.badArguments;
  const node = step.state.get(path);
  if (!node) return ErrorCode.noNode;
  return isAllowed(node.acl.acl, permission, writer.identities) ? node : ErrorCode.noAuth;
}

function isExpected(expected: number, actual: number): boolean {
  return expected === ANY_VERSION || expected === actual;
}
