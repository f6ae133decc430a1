// The sessions of a state, for servers: which to end, and to whom they belong.

import type { TreeState } from './state.ts';

export interface SessionView {
  readonly session: bigint;
  readonly timeoutMs: number;
  readonly attachedAt: number;
  readonly renewedAt: number;
  readonly renewedAtMs: number;
}

export function* sessionsOf(state: TreeState): Generator<SessionView, void, undefined> {
  for (const { id, timeoutMs, attachedAt, renewedAt, renewedAtMs } of state.sessions.values()) {
    yield { session: id, timeoutMs, attachedAt, renewedAt, renewedAtMs };
  }
}

export function sessionOf(state: TreeState, session: bigint): SessionView | undefined {
  const found = state.sessions.get(session);
  if (!found) return undefined;
  const { timeoutMs, attachedAt, renewedAt, renewedAtMs } = found;
  return { session, timeoutMs, attachedAt, renewedAt, renewedAtMs };
}
