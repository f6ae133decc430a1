// Contenders for one lock, each with a connection of its own, on the servers that are compared.

import { JsonConnection } from './json-connection.ts';
import { ZooKeeperSession } from './zookeeper-session.ts';

export interface Contender {
  /** Waits until it holds the lock. */
  acquire(): Promise<void>;
  release(): Promise<void>;
  close(): void;
}

export type NewContender = (port: number, index: number) => Promise<Contender>;

const LEASE_TTL_SECONDS = 60;
const WAIT_MS = 15_000;

export const ordinalContender: NewContender = async (port, index) => {
  const connection = new JsonConnection(port);
  const lease = `contender-${index}`;
  await connection.expect('PUT', `/v1/leases/${lease}`, { ttlMs: LEASE_TTL_SECONDS * 1000 });
  return {
    async acquire() {
      for (;;) {
        const answer = await connection.ask('PUT', '/v1/locks/one', { lease, waitMs: WAIT_MS });
        if (answer.status === 200) return;
        if (answer.status !== 409) throw new Error(`${answer.status} ${answer.body}`);
      }
    },
    async release() {
      await connection.expect('DELETE', '/v1/locks/one', { lease });
    },
    close: () => connection.close(),
  };
};

/** By its JSON gateway, as Ordinal speaks JSON over HTTP, too. */
export const etcdContender: NewContender = async (port) => {
  const connection = new JsonConnection(port);
  const granted = JSON.parse(await connection.expect('POST', '/v3/lease/grant', { TTL: LEASE_TTL_SECONDS }));
  const name = Buffer.from('one').toString('base64');
  let key = '';
  return {
    async acquire() {
      key = JSON.parse(await connection.expect('POST', '/v3/lock/lock', { name, lease: granted.ID })).key;
    },
    async release() {
      await connection.expect('POST', '/v3/lock/unlock', { key });
    },
    close: () => connection.close(),
  };
};

/** The recipe of its documentation: an ephemeral sequential node, and a watch of the one before it. */
export const zooKeeperContender: NewContender = async (port) => {
  const session = await ZooKeeperSession.open(port);
  await session.create('/one');
  let own = '';
  return {
    async acquire() {
      own = await session.createSequential('/one/place-');
      for (;;) {
        const places = (await session.children('/one')).sort();
        const before = places[places.indexOf(own.slice('/one/'.length)) - 1];
        if (before === undefined) return;
        await session.changeOf(`/one/${before}`);
      }
    },
    release: () => session.delete(own),
    close: () => session.close(),
  };
};
