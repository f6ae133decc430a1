// The requests of simulated ZooKeeper clients. Each that writes data marks it, so that it can be told from
// all others.

import type { SeededRandom } from '../support/seeded-random.ts';
import type { Create, Request } from '../support/zookeeper/requests.ts';

const OPEN = [{ permissions: 31, scheme: 'world', id: 'anyone' }];
/** Parents that are created first. */
export const PARENTS = ['/n', '/q', '/p'];
const NODES = ['/n/a', '/n/b', '/n/c', '/n/a/x', '/n/a/y'];
/** Below these are the znodes of persistent watches, and no others: a path has one watch of a client. */
const WATCHED = ['/p/a', '/p/b'];
const ANY = -1;
const EPHEMERAL = 1;
const SEQUENTIAL = 2;

export function creation(path: string, data: string, flags = 0): Create {
  return { op: 'create', type: 15, path, data, acl: OPEN, flags };
}

/** @param tag differs for each call */
export function drawRequest(random: SeededRandom, tag: string): Request {
  const dice = random.fraction();
  if (dice < 0.4) return drawWrite(random, tag);
  if (dice < 0.5) return drawMulti(random, tag);
  if (dice < 0.58) return { op: 'sync', path: '/' };
  if (dice < 0.61) return { op: 'add-watch', path: random.pick(WATCHED), kind: 0 };
  if (dice < 0.64) return { op: 'add-watch', path: '/p', kind: 1 };
  if (dice < 0.67) return { op: 'ping' };
  return drawRead(random);
}

function drawWrite(random: SeededRandom, tag: string): Request {
  const dice = random.fraction();
  if (dice < 0.15) return creation('/q/e-', tag, EPHEMERAL + SEQUENTIAL);
  if (dice < 0.2) return creation('/q/p-', tag, SEQUENTIAL);
  const path = random.pick([...NODES, ...WATCHED]);
  if (dice < 0.45) return creation(path, tag, random.chance(0.5) ? EPHEMERAL : 0);
  if (dice < 0.75) return { op: 'set-data', path, data: tag, version: drawVersion(random) };
  return { op: 'delete', path, version: drawVersion(random) };
}

function drawVersion(random: SeededRandom): number {
  return random.chance(0.7) ? ANY : random.below(3);
}

function drawMulti(random: SeededRandom, tag: string): Request {
  const path = random.pick(NODES);
  return {
    op: 'multi',
    operations: [
      { op: 'check', path: random.pick(NODES), version: drawVersion(random) },
      creation('/q/m-', `${tag} first`, SEQUENTIAL),
      random.chance(0.5)
        ? { op: 'set-data', path, data: `${tag} second`, version: ANY }
        : creation(path, `${tag} second`, EPHEMERAL),
    ],
  };
}

function drawRead(random: SeededRandom): Request {
  const watch = random.chance(0.6);
  const dice = random.fraction();
  if (dice < 0.25) return { op: 'get-children-2', path: random.pick(['/n', '/q', '/n/a']), watch };
  const path = random.pick(NODES);
  return dice < 0.65 ? { op: 'exists', path, watch } : { op: 'get-data', path, watch };
}
