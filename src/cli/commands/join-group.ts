// `ordinal groups join`.

import { type NamespaceOptions, openNamespace } from '../connection.ts';
import { no, settled } from '../failure.ts';
import { note } from '../output.ts';
import { runCommand } from '../run-command.ts';
import { Signals } from '../signals.ts';
import { anyAborted, lost as lostMembership, withLease } from '../with-lease.ts';
import { KILL_AFTER_MS } from './run-locked.ts';

interface JoinOptions extends NamespaceOptions {
  readonly metadata?: string | undefined;
  readonly ttl?: number | undefined;
  readonly killAfter?: number | undefined;
}

const TTL_MS = 15_000;

export async function join(
  group: string,
  member: string,
  command: readonly string[],
  options: JoinOptions,
): Promise<void> {
  const { groups, leases } = await openNamespace(options);
  const { metadata, ttl = TTL_MS, killAfter: killAfterMs = KILL_AFTER_MS } = options;
  const signals = new Signals();
  await withLease(leases, ttl, async (lease, lost) => {
    const joined = settled(await groups.join(group, member, { lease, metadata }));
    if (joined.kind === 'name-taken') throw no('name-taken', `${group} has a member ${member} already`);
    signals.interrupted.throwIfAborted();
    if (command.length > 0) {
      const env = { ORDINAL_GROUP: group, ORDINAL_MEMBER: member };
      process.exitCode = await runCommand({ command, env, signals, lost, killAfterMs });
    } else {
      note(`${member} is in ${group}; Ctrl-C leaves`);
      await anyAborted(lost, signals.interrupted);
      signals.interrupted.throwIfAborted();
    }
    if (lost.aborted) throw lostMembership(`the place of ${member} in ${group}`, lost.reason);
  });
  signals.end();
}
