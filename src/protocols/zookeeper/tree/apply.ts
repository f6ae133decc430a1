// What each command means for the state.

import { ofBytes } from '../../../encoding/byte-string.ts';
import type { Applied, At } from '../../../state-machine/state-machine.ts';
import type {
  AttachSession,
  CloseSession,
  Command,
  CreateSession,
  DeleteUnused,
  ExpireSessions,
  Holder,
  InOrder,
  RenewSessions,
  Write,
} from './command.ts';
import { carryOut } from './operations.ts';
import { parentPath } from './path.ts';
import type { Change, CommandResult, OperationResult } from './result.ts';
import type { Session } from './session.ts';
import type { TreeState } from './state.ts';
import { Step } from './step.ts';

type Outcome = Applied<CommandResult, Change>;

const DONE: CommandResult = { kind: 'done' };
const EXPIRED: CommandResult = { kind: 'session-expired' };

export function apply(state: TreeState, at: At, command: Command): Outcome {
  switch (command.kind) {
    case 'write':
      return write(state, at, command);
    case 'create-session':
      return createSession(state, at, command);
    case 'attach-session':
      return attachSession(state, at, command);
    case 'renew-sessions':
      return renewSessions(state, at, command);
    case 'expire-sessions':
      return expireSessions(state, at, command);
    case 'close-session':
      return closeSession(state, at, command);
    case 'delete-unused':
      return deleteUnused(state, at, command);
  }
}

function write(state: TreeState, at: At, command: Write): Outcome {
  const session = nextInOrder(state, command);
  if ('kind' in session) return answer(session);
  renew(state, at, { ...session, writes: command.number });
  const step = new Step(state, at);
  const writer = { session: session.id, identities: command.identities };
  const results: OperationResult[] = [];
  for (const [index, operation] of command.operations.entries()) {
    const result = carryOut(step, writer, operation);
    if (typeof result === 'number') {
      step.undo();
      return answer({ kind: 'refused', failed: index, error: result });
    }
    results.push(result);
  }
  return answer({ kind: 'written', results }, step.changes);
}

/** The session of a connection, or why it has none. */
function heldSession(state: TreeState, { session: id, attachedAt }: Holder): Session | CommandResult {
  const session = state.sessions.get(id);
  if (!session) return EXPIRED;
  return session.attachedAt === attachedAt ? session : { kind: 'session-moved' };
}

/** The session of a connection whose next command this is, or why it is not. */
function nextInOrder(state: TreeState, { holder, number }: InOrder): Session | CommandResult {
  const session = heldSession(state, holder);
  if ('kind' in session) return session;
  return session.writes === number - 1 ? session : { kind: 'out-of-order' };
}

function renew(state: TreeState, { position, timeMs }: At, session: Session): void {
  state.sessions.set(session.id, { ...session, renewedAt: position, renewedAtMs: timeMs });
}

function createSession(state: TreeState, { position, timeMs }: At, command: CreateSession): Outcome {
  const { session: id, password, timeoutMs } = command;
  if (state.sessions.has(id)) return answer({ kind: 'session-taken' });
  state.sessions.set(id, {
    id,
    password: ofBytes(password),
    timeoutMs,
    attachedAt: position,
    writes: 0,
    renewedAt: position,
    renewedAtMs: timeMs,
  });
  return answer({ kind: 'session', timeoutMs });
}

function attachSession(state: TreeState, { position, timeMs }: At, command: AttachSession): Outcome {
  const { session: id, password, timeoutMs } = command;
  const session = state.sessions.get(id);
  if (!session || session.password !== ofBytes(password)) return answer(EXPIRED);
  const attached = { timeoutMs, attachedAt: position, writes: 0, renewedAt: position, renewedAtMs: timeMs };
  state.sessions.set(id, { ...session, ...attached });
  return answer({ kind: 'session', timeoutMs }, [
    { kind: 'session-attached', session: id, attachedAt: position },
  ]);
}

function renewSessions(state: TreeState, at: At, { holders }: RenewSessions): Outcome {
  for (const holder of holders) {
    const session = heldSession(state, holder);
    if (!('kind' in session)) renew(state, at, session);
  }
  return answer(DONE);
}

function expireSessions(state: TreeState, at: At, { sessions }: ExpireSessions): Outcome {
  const step = new Step(state, at);
  for (const { session: id, renewedAt } of sessions) {
    const session = state.sessions.get(id);
    if (session && session.renewedAt <= renewedAt) endSession(step, session, true);
  }
  return answer(DONE, step.changes);
}

function closeSession(state: TreeState, at: At, command: CloseSession): Outcome {
  const session = nextInOrder(state, command);
  if ('kind' in session) return answer(session);
  const step = new Step(state, at);
  endSession(step, session, false);
  return answer(DONE, step.changes);
}

function endSession(step: Step, { id }: Session, expired: boolean): void {
  for (const path of step.state.ephemeralsOf(id)) deleteAt(step, path);
  step.state.sessions.delete(id);
  step.changes.push({ kind: 'session-ended', session: id, expired });
}

function deleteUnused(state: TreeState, at: At, { nodes }: DeleteUnused): Outcome {
  const step = new Step(state, at);
  for (const { path, mzxid, pzxid } of nodes) {
    const node = state.get(path);
    if (node?.mzxid !== mzxid || node.pzxid !== pzxid || node.numChildren > 0) continue;
    const { kind } = node.lifetime;
    if (kind === 'container' || kind === 'ttl') deleteAt(step, path);
  }
  return answer(DONE, step.changes);
}

/** Nothing is there that the command of somebody else may have deleted. */
function deleteAt(step: Step, path: string): void {
  const node = step.state.get(path);
  const parent = step.state.get(parentPath(path) ?? '');
  if (node && parent) step.delete(node, parent);
}

function answer(result: CommandResult, changes: readonly Change[] = []): Outcome {
  return { result, changes };
}
