// What the clients of a ZooKeeper server sent and were told, in order.

import type { Message } from '../support/zookeeper/replies.ts';
import type { Request } from '../support/zookeeper/requests.ts';

interface SentRequest {
  readonly request: Request;
  /** The true time. */
  readonly atMs: number;
  /** The greatest zxid that anybody had been told by then. */
  readonly toldBefore: number;
}

/** A reply to the oldest request that was not answered yet, or an event. */
export interface ToldMessage {
  readonly message: Extract<Message, { kind: 'reply' | 'event' }>;
  readonly atMs: number;
  /** The tail of the log at that moment. */
  readonly tail: number;
}

/** One connection, from the moment at which its session was confirmed. */
export interface ConnectionRecord {
  /** Of the client, to tell connections from each other. */
  readonly name: string;
  readonly session: string;
  readonly timeoutMs: number;
  readonly connectedAtMs: number;
  /** The last zxid that the client had seen before. */
  readonly lastZxidSeen: number;
  readonly sent: SentRequest[];
  readonly told: ToldMessage[];
}

/** A client was told that its session is over. */
interface ExpiryRecord {
  readonly session: string;
  readonly atMs: number;
}

export interface ZookeeperRecord {
  readonly connections: ConnectionRecord[];
  readonly expiries: ExpiryRecord[];
}
