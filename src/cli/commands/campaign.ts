// `ordinal elections campaign`.

import type { Namespace } from '../../api/ordinal.ts';
import { elapsedMs, momentOf, systemClock } from '../../clock.ts';
import { type NamespaceOptions, openNamespace } from '../connection.ts';
import { EXIT } from '../exit-codes.ts';
import { CommandFailure, settled } from '../failure.ts';
import { note } from '../output.ts';
import { runCommand } from '../run-command.ts';
import { Signals } from '../signals.ts';
import { anyAborted, lost as lostLeadership, withLease } from '../with-lease.ts';
import { KILL_AFTER_MS } from './run-locked.ts';

interface CampaignOptions extends NamespaceOptions {
  readonly value?: string | undefined;
  readonly wait?: number | undefined;
  readonly ttl?: number | undefined;
  readonly killAfter?: number | undefined;
}

const TTL_MS = 15_000;

export async function campaign(
  election: string,
  command: readonly string[],
  options: CampaignOptions,
): Promise<void> {
  const namespace = await openNamespace(options);
  const signals = new Signals();
  const begun = momentOf(systemClock);
  for (;;) {
    const waitMs = Math.max(0, (options.wait ?? Number.POSITIVE_INFINITY) - elapsedMs(systemClock, begun));
    const led = await withLease(namespace.leases, options.ttl ?? TTL_MS, (lease, lost) =>
      lead({ namespace, election, command, options, signals, lease, lost, waitMs }),
    );
    // A lease can also be lost while it waits. Nothing has happened, so another one begins anew.
    if (led !== 'lost-before') return;
  }
}

interface Candidacy {
  readonly namespace: Namespace;
  readonly election: string;
  readonly command: readonly string[];
  readonly options: CampaignOptions;
  readonly signals: Signals;
  readonly lease: string;
  readonly lost: AbortSignal;
  readonly waitMs: number;
}

async function lead(candidacy: Candidacy): Promise<'led' | 'lost-before'> {
  const { election, command, options, signals, lost } = candidacy;
  const term = await elected(candidacy);
  if (term === undefined) return 'lost-before';
  if (command.length === 0) {
    note(`leader of ${election} in term ${term}; Ctrl-C resigns`);
    await anyAborted(lost, signals.interrupted);
    signals.interrupted.throwIfAborted();
  } else {
    const env = { ORDINAL_FENCING_TOKEN: String(term), ORDINAL_ELECTION: election };
    const killAfterMs = options.killAfter ?? KILL_AFTER_MS;
    process.exitCode = await runCommand({ command, env, signals, lost, killAfterMs });
  }
  if (lost.aborted) throw lostLeadership(`the leadership of ${election}`, lost.reason);
  return 'led';
}

/** The term; undefined when the lease was lost before. */
async function elected(candidacy: Candidacy): Promise<number | undefined> {
  const { namespace, election, options, signals, lease, lost, waitMs } = candidacy;
  const result = await namespace.elections.campaign(election, {
    lease,
    value: options.value,
    waitMs,
    signal: AbortSignal.any([signals.interrupted, lost]),
  });
  signals.interrupted.throwIfAborted();
  if (lost.aborted || result.kind === 'lease-not-found') return undefined;
  const known = settled(result);
  if (known.kind === 'elected') return known.term;
  const leader = known.leader ? `; the lease ${known.leader.lease} leads` : '';
  throw new CommandFailure('not-elected', `not elected in time${leader}`, {
    exit: EXIT.notHad,
    definite: true,
  });
}
