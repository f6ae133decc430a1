// `ordinal locks run`.

import { withLock } from '../../client/with-lock.ts';
import { type NamespaceOptions, openNamespace } from '../connection.ts';
import { EXIT } from '../exit-codes.ts';
import { CommandFailure, no, settled } from '../failure.ts';
import { runCommand } from '../run-command.ts';
import { Signals } from '../signals.ts';
import { lost as lostLock } from '../with-lease.ts';

export const KILL_AFTER_MS = 10_000;

interface RunOptions extends NamespaceOptions {
  readonly wait?: number | undefined;
  readonly ttl?: number | undefined;
  readonly holders?: number | undefined;
  readonly killAfter?: number | undefined;
}

export async function run(lock: string, command: readonly string[], options: RunOptions): Promise<void> {
  const namespace = await openNamespace(options);
  const { ttl: ttlMs, wait: waitMs, holders, killAfter: killAfterMs = KILL_AFTER_MS } = options;
  const signals = new Signals();
  let lossReason: unknown;
  const done = await withLock(
    namespace,
    lock,
    { ttlMs, waitMs, holders, signal: signals.interrupted },
    async (token, lost) => {
      lost.addEventListener('abort', () => {
        lossReason = lost.reason;
      });
      const env = { ORDINAL_FENCING_TOKEN: String(token), ORDINAL_LOCK: lock };
      return runCommand({ command, env, signals, lost, killAfterMs });
    },
  );
  signals.end();
  const result = settled(done);
  switch (result.kind) {
    case 'done':
      process.exitCode = result.value;
      return;
    case 'lost':
      throw lostLock(`the lock ${lock}`, lossReason);
    case 'held': {
      const holder = result.holder ? ` by the lease ${result.holder.lease}` : '';
      throw new CommandFailure('lock-held', `${lock} is held${holder}`, {
        exit: EXIT.notHad,
        definite: true,
      });
    }
    case 'holders-mismatch':
      throw no('holders-mismatch', `others use ${lock} with another number of holders`);
  }
}
