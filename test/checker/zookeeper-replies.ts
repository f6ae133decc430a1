// The reply that a request must have, by what a replay of the log has at the zxid of the reply.

import { ofBytes } from '../../src/encoding/byte-string.ts';
import type { Command, WriteOperation } from '../../src/protocols/zookeeper/tree/command.ts';
import { exists, getChildren, getData } from '../../src/protocols/zookeeper/tree/read.ts';
import type { CommandResult, OperationResult } from '../../src/protocols/zookeeper/tree/result.ts';
import type { Stat } from '../../src/protocols/zookeeper/tree/stat.ts';
import type { TreeState } from '../../src/protocols/zookeeper/tree/state.ts';
import type { Json } from '../support/zookeeper/replies.ts';
import type { Request } from '../support/zookeeper/requests.ts';

export interface ExpectedReply {
  readonly error: number;
  readonly body?: Json;
}

const WRITES: ReadonlySet<string> = new Set(['create', 'delete', 'set-data', 'multi']);

export function isWrite({ op }: Request): boolean {
  return WRITES.has(op) || op === 'close-session';
}

/** Undefined: nothing but its header is judged. */
export function expectedRead(request: Request, state: TreeState): ExpectedReply | undefined {
  switch (request.op) {
    case 'exists': {
      const found = exists(state, request.path ?? '');
      return 'error' in found ? { error: found.error } : { error: 0, body: { stat: statJson(found.stat) } };
    }
    case 'get-data': {
      const found = getData(state, [], request.path ?? '');
      if ('error' in found) return { error: found.error };
      return { error: 0, body: { data: found.data, stat: statJson(found.stat) } };
    }
    case 'get-children-2': {
      const found = getChildren(state, [], request.path ?? '');
      if ('error' in found) return { error: found.error };
      return { error: 0, body: { children: found.children.toSorted(), stat: statJson(found.stat) } };
    }
    default:
      return undefined;
  }
}

export function expectedWrite(request: Request, result: CommandResult): ExpectedReply | undefined {
  if (request.op === 'close-session') return { error: 0 };
  if (result.kind === 'refused') {
    if (request.op !== 'multi') return { error: result.error };
    return { error: 0, body: { results: refusedResults(request.operations.length, result) } };
  }
  if (result.kind !== 'written') return undefined;
  if (request.op !== 'multi') {
    const body = bodyOf(request, result.results[0]);
    return body === undefined ? { error: 0 } : { error: 0, body };
  }
  const results = request.operations.map((one, index) => resultOf(one, result.results[index]));
  return { error: 0, body: { results: [...results, LAST] } };
}

/** In a multi, a znode that is neither a container nor has a time to live is shown by its path alone. */
function resultOf(request: Request, result: OperationResult | undefined): Json {
  const type = { create: 1, delete: 2, check: 13, 'set-data': 5 }[request.op as 'create'];
  const body = result?.kind === 'created' ? { path: result.path } : (bodyOf(request, result) ?? null);
  return { type, error: 0, body };
}

const LAST: Json = { type: -1, error: -1, last: true };

function refusedResults(count: number, { failed, error }: { failed: number; error: number }): Json[] {
  const results = Array.from({ length: count }, (_, index): Json => {
    const own = index < failed ? 0 : index === failed ? error : -2;
    return { type: -1, error: own, body: { error: own } };
  });
  return [...results, LAST];
}

function bodyOf(request: Request, result: OperationResult | undefined): Json | undefined {
  if (result?.kind === 'created') return { path: result.path, stat: statJson(result.stat) };
  return result?.kind === 'set' && request.op === 'set-data' ? { stat: statJson(result.stat) } : undefined;
}

/** A Stat as in a reply. */
export function statJson(stat: Stat): Json {
  const { ctimeMs, mtimeMs, ephemeralOwner, ...rest } = stat;
  return { ...rest, ctime: ctimeMs, mtime: mtimeMs, ephemeralOwner: `0x${ephemeralOwner.toString(16)}` };
}

/** What a client has asked for, as text: requests and commands can be compared by it. */
export function askedBy(request: Request): string {
  if (request.op === 'multi') return request.operations.map(askedBy).join(', ');
  const path = 'path' in request ? request.path : '';
  const data = 'data' in request ? ` ${request.data}` : '';
  return `${request.op} ${path}${data}`;
}

export function askedIn(command: Command): string {
  if (command.kind === 'close-session') return 'close-session ';
  return command.kind === 'write' ? command.operations.map(askedOf).join(', ') : command.kind;
}

function askedOf(operation: WriteOperation): string {
  const path = 'path' in operation ? operation.path : '';
  const data = 'data' in operation ? ` ${operation.data && ofBytes(operation.data)}` : '';
  return `${operation.kind} ${path}${data}`;
}
