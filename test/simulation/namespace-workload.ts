// A namespace: claim, release and look up names, and transactions on keys, through replicas.

import type { Consistency } from '../../src/api/common.ts';
import { ofText } from '../../src/encoding/byte-string.ts';
import type { Transaction } from '../../src/state-machine/kernel/command.ts';
import { prefixRange } from '../../src/state-machine/kernel/range.ts';
import {
  digestOf,
  type LookUpArguments,
  type NameArguments,
  namespaceFaults,
  type Replayed,
  replayNamespace,
} from '../checker/namespace-history.ts';
import type { Witness } from './witness.ts';
import {
  type ClientMemory,
  type DrawnOperation,
  NAMESPACE,
  type Outcome,
  type Workload,
} from './workload.ts';

const NAMES = 12;
const KEYS = 5;

export const namespaceWorkload: Workload = {
  name: 'namespace',
  draw(client) {
    const { random } = client;
    if (random.chance(0.35)) return changeName(client, 'claim');
    if (random.chance(0.25)) return changeName(client, 'release');
    return random.chance(0.4) ? transact(client) : lookUp(client);
  },
  verify({ history, nothing, witness }) {
    return namespaceFaults({ history, nothing, truth: replay(witness) });
  },
};

function changeName(client: ClientMemory, kind: 'claim' | 'release'): DrawnOperation {
  const { random, id, operations } = client;
  const name = `name${random.below(NAMES)}`;
  const owner = `owner${id % 3}`;
  const requestId = random.chance(0.5) ? `r${id}.${operations}` : undefined;
  return {
    operation: kind,
    arguments: {
      name,
      owner,
      ...(requestId === undefined ? {} : { requestId }),
    } satisfies NameArguments,
    async run({ names }): Promise<Outcome> {
      const result =
        kind === 'claim'
          ? await names.claim(name, owner, { idempotencyKey: requestId })
          : await names.release(name, owner, { idempotencyKey: requestId });
      if (result.kind === 'failed') return result.definite ? 'nothing' : 'unknown';
      if (result.kind === 'rejected') throw new Error(result.message);
      client.position = Math.max(client.position, result.position);
      const refused = result.kind === 'taken' || result.kind === 'not-yours';
      const output = refused ? { kind: result.kind, holder: result.holder?.owner } : { kind: result.kind };
      return { result: { position: result.position, output } };
    },
  };
}

function lookUp(client: ClientMemory): DrawnOperation {
  const { random } = client;
  const name = `name${random.below(NAMES)}`;
  const consistency = random.pick<Consistency>(['linearizable', 'linearizable', 'sequenced', 'local']);
  const after = consistency === 'local' ? client.position : undefined;
  return {
    operation: 'look-up',
    arguments: { name, consistency, after } satisfies LookUpArguments,
    async run({ names }): Promise<Outcome> {
      const result = await names.lookUp(name, { consistency, after });
      if (result.kind === 'failed' || result.kind === 'behind') return 'nothing';
      if (result.kind === 'rejected') throw new Error(result.message);
      client.position = Math.max(client.position, result.position);
      const holder = result.kind === 'held' ? result.holder.owner : undefined;
      return { result: { position: result.position, output: { kind: 'held-by', holder } } };
    },
  };
}

/** Moves a value from one key to another if both are as the client believes. */
function transact(client: ClientMemory): DrawnOperation {
  const { random, id, operations } = client;
  const key = () => ofText(`key${random.below(KEYS)}`);
  const [from, to] = [key(), key()];
  const command: Transaction = {
    kind: 'transaction',
    requestId: `r${id}.${operations}`,
    checks: [
      {
        target: 'version',
        range: { key: from },
        is: random.pick(['=', '<', '>'] as const),
        to: random.below(4),
      },
    ],
    then: [
      { kind: 'delete', range: { key: from }, previous: true },
      { kind: 'put', key: to, value: ofText(`v${id}.${operations}`), lease: '' },
    ],
    else: [
      { kind: 'put', key: from, value: ofText('else'), lease: '' },
      { kind: 'get', range: prefixRange(ofText('key')), limit: 3 },
    ],
  };
  return {
    operation: 'transaction',
    arguments: { requestId: command.requestId },
    async run({ kernel }): Promise<Outcome> {
      const outcome = await kernel.transact(command);
      if (outcome.kind === 'failed') return outcome.definite ? 'nothing' : 'unknown';
      if (outcome.kind === 'invalid') throw new Error(outcome.reason);
      client.position = Math.max(client.position, outcome.position);
      return { result: { position: outcome.result.position, digest: digestOf(outcome.result) } };
    },
  };
}

export function replay(witness: Witness): Replayed {
  return replayNamespace(witness.order(NAMESPACE));
}
