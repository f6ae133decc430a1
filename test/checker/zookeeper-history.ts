// Judges what clients of ZooKeeper servers were told, against a replay of the log. Every session sees one order:
// its replies are what the replay has at their zxids, which never go back; its writes take effect in the order
// in which it has sent them, each once; every event of its watches comes, and before any reply that shows the
// change. No session ends too early, and nobody is answered in a session that is over.

import { assert } from '../../src/assert.ts';
import type { Command } from '../../src/protocols/zookeeper/tree/command.ts';
import type { Change, CommandResult } from '../../src/protocols/zookeeper/tree/result.ts';
import type { TreeState } from '../../src/protocols/zookeeper/tree/state.ts';
import { znodeTree } from '../../src/protocols/zookeeper/tree/tree.ts';
import type { Request } from '../support/zookeeper/requests.ts';
import type { TimedRecord } from './lock-replay.ts';
import type { ConnectionRecord, ToldMessage, ZookeeperRecord } from './zookeeper-record.ts';
import {
  askedBy,
  askedIn,
  type ExpectedReply,
  expectedRead,
  expectedWrite,
  isWrite,
} from './zookeeper-replies.ts';
import { ExpectedWatches } from './zookeeper-watches.ts';

interface AppliedRecord {
  readonly position: number;
  readonly atMs: number;
  readonly command: Command;
  readonly result: CommandResult;
  readonly changes: readonly Change[];
}

interface Ending {
  readonly session: string;
  readonly position: number;
  readonly atMs: number;
  readonly expired: boolean;
}

export interface ZookeeperFaultOptions {
  /**
   * Undefined: servers are frozen, or the store fails, so a session may end although its client was answered
   * lately. Otherwise it lives for its time-out after the last request that was answered, but for so long.
   */
  readonly earlyMsMax: number | undefined;
}

export class ZookeeperReplay {
  /** By position. A read marker has none. */
  readonly applied = new Map<number, AppliedRecord>();
  readonly endings: Ending[] = [];
  readonly state = znodeTree.empty();
  readonly #records: readonly TimedRecord[];

  constructor(records: readonly TimedRecord[]) {
    this.#records = records;
    for (const one of this.#replayInto(this.state)) {
      this.applied.set(one.position, one);
      const { position, atMs } = one;
      for (const change of one.changes) {
        if (change.kind !== 'session-ended') continue;
        this.endings.push({ session: textOf(change.session), position, atMs, expired: change.expired });
      }
    }
  }

  get tail(): number {
    return this.#records.length;
  }

  /** What happened after `after`, up to `upTo`. */
  *changes(after: number, upTo: number): Generator<Change, void, undefined> {
    for (let position = after + 1; position <= upTo; position += 1)
      yield* this.applied.get(position)?.changes ?? [];
  }

  /** Runs judges side by side: each is given the state at the position that it asks for. */
  judge(judges: readonly Judge[]): void {
    const waiting = new Map<number, Judge[]>();
    const state = znodeTree.empty();
    const goOn = (judge: Judge, from: number) => {
      for (let next = judge.next(state); !next.done; next = judge.next(state)) {
        if (next.value === from) continue;
        waiting.set(next.value, [...(waiting.get(next.value) ?? []), judge]);
        return;
      }
    };
    const arrive = (position: number) => {
      for (const judge of waiting.get(position) ?? []) goOn(judge, position);
      waiting.delete(position);
    };
    for (const judge of judges) goOn(judge, 0);
    for (const { position } of this.#replayInto(state)) arrive(position);
    assert(waiting.size === 0, 'a judge waits for a position that the log does not have');
  }

  *#replayInto(state: TreeState): Generator<AppliedRecord, void, undefined> {
    for (const [index, { timeMs, appendedAtMs, data }] of this.#records.entries()) {
      const position = index + 1;
      if (data.length === 0) {
        yield { position, atMs: appendedAtMs, command: NO_COMMAND, result: { kind: 'done' }, changes: [] };
        continue;
      }
      const command = znodeTree.decodeCommand(data);
      const { result, changes } = znodeTree.apply(state, { position, timeMs }, command);
      yield { position, atMs: appendedAtMs, command, result, changes };
    }
  }
}

/** In the place of a read marker. */
const NO_COMMAND: Command = { kind: 'renew-sessions', holders: [] };

/** Asks for states at positions that never go back. */
type Judge = Generator<number, void, TreeState>;

export function zookeeperFaults(
  record: ZookeeperRecord,
  replay: ZookeeperReplay,
  options: ZookeeperFaultOptions,
): string[] {
  const faults: string[] = [];
  const find = (fault: string) => faults.push(fault);
  replay.judge(record.connections.map((one) => judgeConnection(one, replay, find)));
  for (const one of record.connections) judgeOrder(one, replay, find);
  judgeTags(replay, find);
  judgeEndings(record, replay, options, find);
  return faults;
}

function* judgeConnection(
  record: ConnectionRecord,
  replay: ZookeeperReplay,
  find: (fault: string) => void,
): Judge {
  const watches = new ExpectedWatches();
  let events: string[] = [];
  let zxid = 0;
  let answered = 0;
  for (const { message, tail } of record.told) {
    if (message.kind === 'event') {
      events.push(`${message.type} ${message.path}`);
      continue;
    }
    const sent = record.sent[answered];
    answered += 1;
    if (!sent) return void find(`${record.name}: a reply to nothing`);
    const where = `${record.name}, ${askedBy(sent.request)} at ${message.zxid}`;
    const fault = headerFault(record, sent.request, {
      zxid,
      next: message.zxid,
      tail,
      floor: sent.toldBefore,
    });
    if (fault) return void find(`${where}: ${fault}`);
    const expectedEvents = eventsBetween(watches, replay, zxid, message.zxid);
    const state = yield message.zxid;
    if (sent.request.op === 'set-watches') expectedEvents.push(...watches.setAgain(sent.request, state));
    if (!isSame(events, expectedEvents))
      return void find(`${where}: before it came the events [${events}], and not [${expectedEvents}]`);
    const expected = replyAt(replay, sent.request, message.zxid, record.session, state);
    if (typeof expected === 'string') return void find(`${where}: ${expected}`);
    if (expected && !isSame({ error: message.error, body: message.body }, withBody(expected)))
      return void find(`${where}: ${text(message)}, and not ${text(expected)}`);
    watches.set(sent.request, message.error);
    zxid = message.zxid;
    events = [];
  }
  const due = eventsBetween(watches, replay, zxid, replay.tail);
  if (!isSame(events, due.slice(0, events.length)))
    find(`${record.name}: at its end came the events [${events}], and not [${due.slice(0, events.length)}]`);
}

function headerFault(
  { lastZxidSeen }: ConnectionRecord,
  request: Request,
  { zxid, next, tail, floor }: { zxid: number; next: number; tail: number; floor: number },
): string | undefined {
  if (next < zxid) return `after the zxid ${zxid}`;
  if (next < lastZxidSeen) return `the session had seen ${lastZxidSeen}`;
  if (next > tail) return `the log ends at ${tail}`;
  if (isWrite(request) && next === zxid) return 'a write has a zxid that was seen before';
  if (request.op === 'sync' && next < floor) return `somebody had been told ${floor} before`;
  return undefined;
}

function eventsBetween(
  watches: ExpectedWatches,
  replay: ZookeeperReplay,
  after: number,
  upTo: number,
): string[] {
  const events: string[] = [];
  for (const change of replay.changes(after, upTo)) {
    const event = watches.eventOf(change);
    if (event !== undefined) events.push(event);
  }
  return events;
}

/** A text: what is wrong. */
function replyAt(
  replay: ZookeeperReplay,
  request: Request,
  zxid: number,
  session: string,
  state: TreeState,
): ExpectedReply | undefined | string {
  if (!isWrite(request)) return expectedRead(request, state);
  const applied = replay.applied.get(zxid);
  const holder = applied && 'holder' in applied.command ? textOf(applied.command.holder.session) : 'nobody';
  if (!applied || holder !== session) return `the record there is of ${holder}`;
  const asked = askedIn(applied.command);
  if (asked !== askedBy(request)) return `the record there asks for ${asked}`;
  return (
    expectedWrite(request, applied.result) ??
    `it is answered, and has come to nothing: ${text(applied.result)}`
  );
}

/** The writes of a connection that took effect are the first ones that it has sent. */
function judgeOrder(record: ConnectionRecord, replay: ZookeeperReplay, find: (fault: string) => void): void {
  const sent = record.sent.map(({ request }) => request).filter(isWrite);
  const attachedAt = attachmentOf(record, replay);
  if (attachedAt === undefined) return;
  const done = [...replay.applied.values()].filter(
    ({ command, result }) =>
      'holder' in command &&
      textOf(command.holder.session) === record.session &&
      command.holder.attachedAt === attachedAt &&
      (result.kind === 'written' || result.kind === 'refused' || result.kind === 'done'),
  );
  for (const [index, { position, command }] of done.entries()) {
    const request = sent[index];
    if (request && askedIn(command) === askedBy(request)) continue;
    find(
      `${record.name}: at ${position} is ${askedIn(command)}, but sent was ${request && askedBy(request)}`,
    );
    return;
  }
}

/** By a write that was answered. */
function attachmentOf({ sent, told }: ConnectionRecord, replay: ZookeeperReplay): number | undefined {
  const replies = told.map(({ message }) => message).filter((message) => message.kind === 'reply');
  const index = replies.findIndex((_, at) => sent[at] && isWrite(sent[at].request));
  const command = replay.applied.get(replies[index]?.zxid ?? 0)?.command;
  return command && 'holder' in command ? command.holder.attachedAt : undefined;
}

/** Every client marks what it writes, each request differently. */
function judgeTags(replay: ZookeeperReplay, find: (fault: string) => void): void {
  const seen = new Map<string, number>();
  for (const { position, command, result } of replay.applied.values()) {
    if (command.kind !== 'write' || result.kind !== 'written') continue;
    for (const operation of command.operations) {
      if (!('data' in operation) || !operation.data || operation.data.length === 0) continue;
      const tag = Buffer.from(operation.data).toString();
      if (seen.has(tag)) find(`${tag} is applied at ${seen.get(tag)} and at ${position}`);
      seen.set(tag, position);
    }
  }
}

function judgeEndings(
  { connections, expiries }: ZookeeperRecord,
  replay: ZookeeperReplay,
  { earlyMsMax }: ZookeeperFaultOptions,
  find: (fault: string) => void,
): void {
  const endings = new Map(replay.endings.map((one) => [one.session, one]));
  for (const { session, atMs } of expiries) {
    const ending = endings.get(session);
    if (!ending || ending.atMs > atMs) find(`${session} was told at ${atMs} that it is over, and it was not`);
  }
  for (const record of connections) {
    const ending = endings.get(record.session);
    const last = lastAnswered(record);
    if (!ending || !last) continue;
    const { atMs, request } = last;
    if (atMs > ending.atMs && request.op !== 'close-session')
      find(
        `${record.name}: ${askedBy(request)} was sent at ${atMs} and answered, but the session ended at ${ending.atMs}`,
      );
    const earliestMs = atMs + record.timeoutMs - (earlyMsMax ?? Number.POSITIVE_INFINITY);
    if (ending.expired && ending.atMs < earliestMs)
      find(`${record.name}: answered what was sent at ${atMs}, but the session ended at ${ending.atMs}`);
  }
}

function lastAnswered({ sent, told }: ConnectionRecord) {
  const answered = told.filter(isReply).length;
  return sent[answered - 1];
}

function isReply({ message }: ToldMessage): boolean {
  return message.kind === 'reply';
}

function withBody({ error, body }: ExpectedReply) {
  return { error, body };
}

function isSame(a: unknown, b: unknown): boolean {
  return text(a) === text(b);
}

/** Members in the order of their names. */
function text(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    member !== null && typeof member === 'object' && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}

function textOf(session: bigint): string {
  return `0x${session.toString(16)}`;
}
