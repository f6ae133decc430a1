// Answers to requests that write nothing, from the state as it is at this moment.

import type { Identity } from './tree/acl.ts';
import { ErrorCode } from './tree/error-code.ts';
import { userOf } from './tree/identities.ts';
import {
  countDescendants,
  ephemeralsOf,
  exists,
  getAcl,
  getChildren,
  getData,
  lastChangesOf,
} from './tree/read.ts';
import type { TreeState } from './tree/state.ts';
import type { Watcher, Watches, WatchKind } from './watches.ts';
import { EventType } from './wire/operation-code.ts';
import {
  writeAcl,
  writeIdentities,
  writeMultiChildren,
  writeMultiData,
  writeMultiEnd,
  writeMultiError,
  writeStat,
  writeTexts,
} from './wire/reply.ts';
import type { Request, WatchLists } from './wire/request.ts';
import type { JuteWriter } from './wire/writer.ts';

/** The client that asks. */
export interface Asker<W extends Watcher> {
  readonly state: TreeState;
  readonly identities: readonly Identity[];
  readonly session: bigint;
  readonly watcher: W;
  readonly watches: Watches<W>;
}

type Body = (writer: JuteWriter) => unknown;

/** What an answer is: an error, what is written behind its header, or once in a while both. */
export type Answer = ErrorCode | Body | { readonly error: ErrorCode; readonly body: Body };

const NOTHING: Answer = () => undefined;
/** The body of the answer to `addWatch`. */
const NO_ERROR: Answer = (writer) => writer.int(0);
/** The token of the answer to a SASL packet, on a server that has no SASL. */
const NO_TOKEN: Answer = (writer) => writer.bytes(null);

export function answerTo<W extends Watcher>(request: Request, asker: Asker<W>): Answer {
  const { state, identities, watcher, watches } = asker;
  switch (request.kind) {
    case 'exists': {
      const { path, watch } = request;
      const found = exists(state, path);
      const isMissing = 'error' in found && found.error === ErrorCode.noNode;
      if (watch && (isMissing || !('error' in found))) watches.once('data', watcher, path);
      return 'error' in found ? found.error : (writer) => writeStat(writer, found.stat);
    }
    case 'get-data': {
      const found = getData(state, identities, request.path);
      if ('error' in found) return found.error;
      if (request.watch) watches.once('data', watcher, request.path);
      return (writer) => writeStat(writer.byteString(found.data), found.stat);
    }
    case 'get-children': {
      const { path, watch, withStat } = request;
      const found = getChildren(state, identities, path);
      if ('error' in found) return found.error;
      if (watch) watches.once('child', watcher, path);
      return (writer) => {
        writeTexts(writer, found.children);
        if (withStat) writeStat(writer, found.stat);
      };
    }
    default:
      return otherAnswer(request, asker);
  }
}

type OtherRequest = Exclude<Request, { kind: 'exists' | 'get-data' | 'get-children' }>;

function otherAnswer<W extends Watcher>(request: OtherRequest, asker: Asker<W>): Answer {
  const { state, identities, session } = asker;
  switch (request.kind) {
    case 'get-acl': {
      const found = getAcl(state, identities, request.path);
      if ('error' in found) return found.error;
      return (writer) => {
        writeAcl(writer, found.acl);
        writeStat(writer, found.stat);
      };
    }
    case 'count-descendants': {
      const found = countDescendants(state, identities, request.path);
      return 'error' in found ? found.error : (writer) => writer.int(found.count);
    }
    case 'get-ephemerals': {
      const paths = ephemeralsOf(state, session, request.path);
      return (writer) => writeTexts(writer, paths);
    }
    case 'multi-read':
      if (request.isOfWrites) return { error: ErrorCode.marshallingError, body: writeMultiEnd };
      return (writer) => writeMultiRead(writer, request, asker);
    case 'sync':
      return (writer) => writer.text(request.path);
    case 'who-am-i': {
      const shown = identities.map((one) => ({ scheme: one.scheme, id: userOf(one) }));
      return (writer) => writeIdentities(writer, shown);
    }
    case 'sasl':
      return NO_TOKEN;
    case 'reconfig':
      return ErrorCode.reconfigDisabled;
    case 'set-watches':
    case 'add-watch':
    case 'check-watches':
    case 'remove-watches':
      return watchAnswer(request, asker);
    case 'ping':
    case 'auth':
      return NOTHING;
    case 'unknown':
    case 'write':
    case 'multi':
    case 'close-session':
      return ErrorCode.unimplemented;
  }
}

type WatchRequest = Extract<
  Request,
  { kind: 'set-watches' | 'add-watch' | 'check-watches' | 'remove-watches' }
>;

/** The kinds by their number. Later versions have more of them. */
const WATCH_KINDS: readonly (WatchKind | undefined)[] = [undefined, 'child', 'data', 'any'];
const MODES = ['persistent', 'recursive'] as const;

function watchAnswer<W extends Watcher>(request: WatchRequest, asker: Asker<W>): Answer {
  const { watches, watcher } = asker;
  switch (request.kind) {
    case 'set-watches':
      setWatches(request.lists, asker);
      return NOTHING;
    case 'add-watch': {
      const mode = MODES[request.mode];
      if (mode === undefined) return ErrorCode.marshallingError;
      watches.add(watcher, request.path, mode);
      return NO_ERROR;
    }
    case 'check-watches':
    case 'remove-watches': {
      const kind = WATCH_KINDS[request.type];
      if (kind === undefined) return ErrorCode.marshallingError;
      const isThere =
        request.kind === 'check-watches'
          ? watches.isWatched(kind, request.path)
          : watches.remove(kind, watcher, request.path);
      return isThere ? NOTHING : ErrorCode.noWatcher;
    }
  }
}

/**
 * Sets the watches of a client that comes from another connection. What it has missed since then it is told
 * at once, before the answer.
 */
function setWatches<W extends Watcher>(lists: WatchLists, { state, watcher, watches }: Asker<W>): void {
  const { relativeZxid } = lists;
  const tell = (type: EventType, path: string) => watcher.tell(type, path, undefined);
  for (const path of lists.data) {
    const node = lastChangesOf(state, path);
    if (!node) tell(EventType.deleted, path);
    else if (node.mzxid > relativeZxid) tell(EventType.dataChanged, path);
    else watches.once('data', watcher, path);
  }
  for (const path of lists.exist) {
    if (lastChangesOf(state, path)) tell(EventType.created, path);
    else watches.once('data', watcher, path);
  }
  for (const path of lists.child) {
    const node = lastChangesOf(state, path);
    if (!node) tell(EventType.deleted, path);
    else if (node.pzxid > relativeZxid) tell(EventType.childrenChanged, path);
    else watches.once('child', watcher, path);
  }
  for (const path of lists.persistent) watches.add(watcher, path, 'persistent');
  for (const path of lists.recursive) watches.add(watcher, path, 'recursive');
}

function writeMultiRead(
  writer: JuteWriter,
  { reads }: Extract<Request, { kind: 'multi-read' }>,
  { state, identities }: Pick<Asker<Watcher>, 'state' | 'identities'>,
): void {
  for (const { kind, path } of reads) {
    if (kind === 'get-data') {
      const found = getData(state, identities, path);
      if ('error' in found) writeMultiError(writer, found.error);
      else writeMultiData(writer, found.data, found.stat);
    } else {
      const found = getChildren(state, identities, path);
      if ('error' in found) writeMultiError(writer, found.error);
      else writeMultiChildren(writer, found.children);
    }
  }
  writeMultiEnd(writer);
}
