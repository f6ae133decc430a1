// The history of a namespace: a replay of its log, command by command. Loaded when it is asked for.

import type { HistoryCommand, HistoryOptions, HistoryPage, HistoryResource } from '../api/history.ts';
import type { Gone } from '../api/keys.ts';
import { LIST_BYTES_MAX, LIST_ENTRIES_MAX } from '../limits.ts';
import { StoreError } from '../log/store.ts';
import type { Replay } from '../replica/replay.ts';
import { prefixFault } from '../resource-names.ts';
import type { Command } from '../state-machine/kernel/command.ts';
import type { Change } from '../state-machine/kernel/entry.ts';
import type { CommandResult } from '../state-machine/kernel/result.ts';
import type { KernelState } from '../state-machine/kernel/state.ts';
import { placesIn, told } from './history-commands.ts';
import { isAbout } from './history-places.ts';
import type { Kernel } from './kernel.ts';
import { invalid } from './outcome.ts';

const PAGE_COMMANDS = 100;
/** The most commands that one request looks at for those that it tells. */
const COMMANDS_SEARCHED_MAX = 10_000;
/** Records are read in pieces of this size. */
const READ_BYTES = 256 * 1024;
/** How often a request begins again because the log was trimmed meanwhile. */
const TRIES_MAX = 5;

type KernelReplay = Replay<KernelState, Command, CommandResult, Change>;

interface Wanted {
  readonly limit: number;
  readonly prefix: string;
  readonly resource: HistoryResource | undefined;
}

interface Found {
  readonly kind: 'found';
  readonly commands: readonly HistoryCommand[];
  readonly next: number;
}

/** @throws ReplicaStoppedError */
export async function history(
  kernel: Kernel,
  { after, limit = PAGE_COMMANDS, prefix = '', resource }: HistoryOptions,
): Promise<HistoryPage> {
  const fault = prefixFault(prefix) ?? limitFault(limit) ?? placeFault(after);
  if (fault !== undefined) return invalid(fault);
  const read = await kernel.read((state) => state.compacted, { after });
  if (read.kind !== 'read') return read;
  const { position, value: compacted } = read;
  // There is no log, or nothing in it.
  if (position === 0) return { kind: 'page', position, commands: [], more: false, next: 0 };
  if (after !== undefined && after < compacted) return { kind: 'gone', earliest: compacted };
  try {
    const found = await searched(kernel, after, compacted, { limit, prefix, resource });
    if (found.kind === 'gone') return found;
    const { commands, next } = found;
    return { kind: 'page', position, commands, more: next < position, next };
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return { kind: 'failed', definite: true, message: error.message };
  }
}

function limitFault(limit: number): string | undefined {
  if (Number.isInteger(limit) && limit >= 1 && limit <= LIST_ENTRIES_MAX) return undefined;
  return `a page has from 1 to ${LIST_ENTRIES_MAX} commands`;
}

function placeFault(after: number | undefined): string | undefined {
  if (after === undefined || (Number.isSafeInteger(after) && after >= 0)) return undefined;
  return 'a position is a whole number from 0';
}

/** Without `after` it begins with the earliest command that is left. */
async function searched(
  { replica }: Kernel,
  after: number | undefined,
  compacted: number,
  wanted: Wanted,
): Promise<Found | Gone> {
  let from = after ?? compacted;
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const found = await replica.past.run(from, (replay) => search(replay, wanted));
    if (found?.kind === 'found') return found;
    if (found && after !== undefined) return found;
    from = found?.earliest ?? from;
  }
  throw new StoreError('the log was trimmed again and again while its history was read', {
    definite: true,
    retryable: true,
  });
}

/** Undefined when the log was trimmed before anything was found. */
async function search(replay: KernelReplay, { limit, ...about }: Wanted): Promise<Found | undefined> {
  const commands: HistoryCommand[] = [];
  const searchedTo = replay.position + COMMANDS_SEARCHED_MAX;
  let bytes = 0;
  while (replay.position < searchedTo) {
    const records = await replay.read({ bytesMax: READ_BYTES });
    if (!records && commands.length === 0) return undefined;
    if (!records || records.length === 0) break;
    for (const record of records) {
      const { command, bytes: entries } = told(replay.apply(record), record.timeMs);
      if (isWanted(command, about)) {
        commands.push(command);
        bytes += record.data.length + entries;
      }
      const isEnd = commands.length === limit || bytes > LIST_BYTES_MAX || replay.position >= searchedTo;
      if (isEnd) return { kind: 'found', commands, next: replay.position };
    }
  }
  return { kind: 'found', commands, next: replay.position };
}

function isWanted(command: HistoryCommand, about: Omit<Wanted, 'limit'>): boolean {
  if (about.prefix === '' && about.resource === undefined) return true;
  for (const place of placesIn(command)) if (isAbout(place, about)) return true;
  return false;
}
