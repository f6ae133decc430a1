// What is measured: the requests of one operation, which are sent in one piece. Messages as `zookeeper.jute`
// defines them.

import { RECORD_TEXT } from '../peers/wire.ts';
import { int, sized } from '../peers/zookeeper-wire.ts';

export const OPERATIONS = ['setData', 'create sequential', 'getData', 'sync + getData'] as const;

export type Operation = (typeof OPERATIONS)[number];

export interface Requests {
  /** Sent once by each connection before it is measured; that a node exists already is no failure. */
  prepare(connection: number): readonly Buffer[];
  /** The same each time: answers come in order, and are told apart by it. */
  request(connection: number): Buffer;
  /** Of one request. */
  readonly answers: number;
}

const CREATE = 1;
const GET_DATA = 4;
const SET_DATA = 5;
const SYNC = 9;
const PERSISTENT = 0;
const PERSISTENT_SEQUENTIAL = 2;
const EVERYBODY = [int(1), int(31), sized('world'), sized('anyone')];
const NO_WATCH = Buffer.from([0]);
const ANY_VERSION = int(-1);

export const NUMBER = 1;

function message(type: number, ...parts: readonly Buffer[]): Buffer {
  return sized(Buffer.concat([int(NUMBER), int(type), ...parts]));
}

function create(path: string, flags: number): Buffer {
  return message(CREATE, sized(path), sized(RECORD_TEXT), ...EVERYBODY, int(flags));
}

export function requestsOf(operation: Operation): Requests {
  switch (operation) {
    case 'setData':
      return {
        prepare: (connection) => [create(`/set-${connection}`, PERSISTENT)],
        request: (connection) =>
          message(SET_DATA, sized(`/set-${connection}`), sized(RECORD_TEXT), ANY_VERSION),
        answers: 1,
      };
    case 'create sequential':
      return {
        prepare: (connection) => [create(`/queue-${connection}`, PERSISTENT)],
        request: (connection) => create(`/queue-${connection}/item-`, PERSISTENT_SEQUENTIAL),
        answers: 1,
      };
    case 'getData':
      return {
        prepare: () => [create('/read', PERSISTENT)],
        request: () => message(GET_DATA, sized('/read'), NO_WATCH),
        answers: 1,
      };
    case 'sync + getData':
      return {
        prepare: () => [create('/read', PERSISTENT)],
        request: () =>
          Buffer.concat([message(SYNC, sized('/read')), message(GET_DATA, sized('/read'), NO_WATCH)]),
        answers: 2,
      };
  }
}
