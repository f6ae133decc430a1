// The judge of ZooKeeper's histories, on a history that is good and on all that can be wrong with it.

import { expect, test } from 'vitest';
import type { Command, WriteOperation } from '../../src/protocols/zookeeper/tree/command.ts';
import { OPEN_ACL } from '../../src/protocols/zookeeper/tree/identities.ts';
import { znodeTree } from '../../src/protocols/zookeeper/tree/tree.ts';
import { statOf } from '../../src/protocols/zookeeper/tree/znode.ts';
import type { Json } from '../support/zookeeper/replies.ts';
import type { Request } from '../support/zookeeper/requests.ts';
import { ZookeeperReplay, zookeeperFaults } from './zookeeper-history.ts';
import type { ConnectionRecord, ToldMessage } from './zookeeper-record.ts';
import { statJson } from './zookeeper-replies.ts';

const SESSION = 7n;
const HOLDER = { session: SESSION, attachedAt: 1 };
const TIMEOUT_MS = 4000;

const create = (number: number, path: string, data: string) =>
  write(number, { kind: 'create', path, data: Buffer.from(data), acl: OPEN_ACL, flags: 0 });
const set = (number: number, path: string, data: string) =>
  write(number, { kind: 'set-data', path, data: Buffer.from(data), version: -1 });

function write(number: number, operation: WriteOperation): Command {
  return { kind: 'write', holder: HOLDER, number, identities: [], operations: [operation] };
}

const COMMANDS: readonly Command[] = [
  { kind: 'create-session', session: SESSION, password: new Uint8Array(16), timeoutMs: TIMEOUT_MS },
  create(1, '/a', 'one'),
  set(2, '/a', 'two'),
  set(3, '/a', 'three'),
  { kind: 'expire-sessions', sessions: [{ session: SESSION, renewedAt: 4 }] },
];
/** The records of the log come a second one after the other, and the end of the session late enough. */
const TIMES_MS = [1000, 2000, 3000, 4000, 9000];

function replayOf(commands: readonly Command[] = COMMANDS): ZookeeperReplay {
  return new ZookeeperReplay(
    commands.map((command, index) => ({
      timeMs: TIMES_MS[index] ?? 0,
      appendedAtMs: TIMES_MS[index] ?? 0,
      data: znodeTree.encodeCommand(command),
    })),
  );
}

/** The Stat of `/a` at a position, as in a reply. */
function statAt(position: number): Json {
  const state = znodeTree.empty();
  for (const [index, command] of COMMANDS.slice(0, position).entries())
    znodeTree.apply(state, { position: index + 1, timeMs: TIMES_MS[index] ?? 0 }, command);
  const node = state.get('/a');
  if (!node) throw new Error('no node');
  return statJson(statOf(node));
}

function reply(zxid: number, body?: Json, error = 0): ToldMessage {
  const message = {
    kind: 'reply',
    xid: 1,
    of: '',
    zxid,
    error,
    ...(body === undefined ? {} : { body }),
  } as const;
  return { message, atMs: 0, tail: 5 };
}

function event(type: number, path: string): ToldMessage {
  return { message: { kind: 'event', zxid: -1, error: 0, type, state: 3, path }, atMs: 0, tail: 5 };
}

const REQUESTS: readonly Request[] = [
  { op: 'create', type: 15, path: '/a', data: 'one', acl: [], flags: 0 },
  { op: 'get-data', path: '/a', watch: true },
  { op: 'set-data', path: '/a', data: 'two', version: -1 },
  { op: 'set-data', path: '/a', data: 'three', version: -1 },
  { op: 'sync', path: '/' },
];

const CREATED = reply(2, { path: '/a', stat: statAt(2) });
const READ = reply(2, { data: 'one', stat: statAt(2) });
const CHANGED = event(3, '/a');
const SET = reply(3, { stat: statAt(3) });
const SET_AGAIN = reply(4, { stat: statAt(4) });
const SYNCED = reply(4, { path: '/' });
const TOLD: readonly ToldMessage[] = [CREATED, READ, CHANGED, SET, SET_AGAIN, SYNCED];

interface History {
  readonly told?: readonly ToldMessage[];
  readonly replay?: ZookeeperReplay;
  readonly connection?: Partial<ConnectionRecord>;
  readonly toldBefore?: number;
  readonly expiredAtMs?: number;
  readonly earlyMsMax?: number;
}

function faultsOf(history: History = {}): string[] {
  const {
    told = TOLD,
    replay = replayOf(),
    connection = {},
    toldBefore = 4,
    expiredAtMs,
    earlyMsMax,
  } = history;
  const record: ConnectionRecord = {
    name: 'c',
    session: '0x7',
    timeoutMs: TIMEOUT_MS,
    connectedAtMs: 0,
    lastZxidSeen: 0,
    sent: REQUESTS.map((request) => ({ request, atMs: 4000, toldBefore })),
    told: [...told],
    ...connection,
  };
  const expiries = expiredAtMs === undefined ? [] : [{ session: '0x7', atMs: expiredAtMs }];
  return zookeeperFaults({ connections: [record], expiries }, replay, { earlyMsMax });
}

test('a good history', () => {
  expect(faultsOf({ expiredAtMs: 9500, earlyMsMax: 0 })).toEqual([]);
  expect(faultsOf({ told: [] })).toEqual([]);
  expect(faultsOf({ told: [CREATED, READ, CHANGED] })).toEqual([]);
});

test.each<[what: string, history: History, fault: RegExp]>([
  [
    'an event behind the reply that shows the change',
    { told: [CREATED, READ, SET, CHANGED] },
    /came the events \[\]/,
  ],
  ['an event that never comes', { told: [CREATED, READ, SET, SET_AGAIN] }, /came the events \[\]/],
  ['an event twice', { told: [CREATED, READ, CHANGED, CHANGED, SET] }, /came the events \[3 \/a,3 \/a\]/],
  [
    'an event of nothing, at the end',
    { told: [CREATED, READ, event(2, '/a')] },
    /at its end came the events/,
  ],
  ['a read of something else', { told: [CREATED, reply(2, { data: 'two', stat: statAt(2) })] }, /get-data/],
  ['a read that goes back', { told: [CREATED, reply(1, undefined, -101)] }, /after the zxid 2/],
  ['a reply from the future', { told: [reply(6)] }, /the log ends at 5/],
  ['a session that goes back', { connection: { lastZxidSeen: 3 } }, /the session had seen 3/],
  [
    'a write told twice',
    { told: [CREATED, READ, CHANGED, SET, reply(3, { stat: statAt(3) })] },
    /was seen before/,
  ],
  [
    'the position of another write',
    { told: [CREATED, READ, CHANGED, reply(4, { stat: statAt(4) })] },
    /asks for/,
  ],
  ['a sync that is behind', { toldBefore: 5 }, /somebody had been told 5/],
  ['a reply to nothing', { connection: { sent: [] } }, /a reply to nothing/],
  ['an end that was not', { expiredAtMs: 8000 }, /that it is over, and it was not/],
  ['an early end', { earlyMsMax: -1500 }, /the session ended at 9000/],
])('%s', (_what, history, fault) => {
  expect(faultsOf(history).join('\n')).toMatch(fault);
});

test('a write that is applied twice', () => {
  const replay = replayOf([...COMMANDS.slice(0, 3), set(3, '/a', 'two')]);
  expect(faultsOf({ told: [], replay }).join()).toMatch(/two is applied at 3 and at 4/);
});

test('writes in another order than they were sent', () => {
  const replay = replayOf([...COMMANDS.slice(0, 2), set(2, '/a', 'three'), set(3, '/a', 'two')]);
  expect(faultsOf({ told: [CREATED], replay }).join()).toMatch(/at 3 is set-data \/a three, but sent was/);
});
