// `ordinal history`, which shows each command as one line.

import type {
  HistoryCommand,
  HistoryEntry,
  HistoryOperation,
  HistoryPlace,
  HistoryResource,
  HistoryValue,
} from '../../api/history.ts';
import { LIST_ENTRIES_MAX } from '../../limits.ts';
import { type NamespaceOptions, openNamespace } from '../connection.ts';
import { looked } from '../failure.ts';
import type { Cell } from '../output.ts';
import { printList } from '../pages.ts';

interface HistoryOptions extends NamespaceOptions {
  readonly after?: number | undefined;
  readonly limit?: number | undefined;
  readonly prefix?: string | undefined;
  readonly resource?: HistoryResource | undefined;
}

export async function show(options: HistoryOptions): Promise<void> {
  const namespace = await openNamespace(options);
  const { prefix, resource } = options;
  await printList<HistoryCommand, number>(options, {
    headings: ['POSITION', 'WRITTEN AT', 'COMMAND', 'DECIDED', 'WHAT'],
    rowOf,
    whenEmpty: 'no commands',
    async page(after = options.after, limit = LIST_ENTRIES_MAX) {
      const page = looked(await namespace.history({ after, limit, prefix, resource }));
      return { entries: page.commands, next: page.more ? page.next : undefined };
    },
  });
}

function rowOf(command: HistoryCommand): readonly Cell[] {
  const { position, writtenAt, kind } = command;
  return [position, new Date(writtenAt).toISOString(), kind, decisionOf(command), whatOf(command)];
}

function decisionOf({ refused, repeats, operations, succeeded }: HistoryCommand): string {
  if (refused) return refused.reason;
  if (repeats !== undefined) return `as ${repeats}`;
  // Without checks there was nothing to decide.
  if (operations.checks.length === 0 && succeeded) return 'done';
  return succeeded ? 'yes' : 'no';
}

function whatOf({ changes, operations }: HistoryCommand): string {
  if (changes.length === 0) {
    const asked = operations.then.map(operationText);
    return asked.length === 0 ? 'nothing changed' : `nothing changed; asked: ${asked.join(', ')}`;
  }
  return changes
    .map((change) => {
      const done = change.after ? (change.before ? 'change' : 'create') : 'delete';
      return `${done} ${placeText(change)}${change.after ? valueText(change.after) : ''}`;
    })
    .join(', ');
}

function operationText(operation: HistoryOperation): string {
  switch (operation.kind) {
    case 'put':
    case 'put-numbered':
      return `${operation.kind} ${placeText(operation)}${valueText(operation)}`;
    case 'transaction':
      return 'a transaction';
    case 'compact':
      return `compact to ${operation.position}`;
    default:
      return `${operation.kind} ${placeText(operation)}`;
  }
}

function placeText(place: HistoryPlace): string {
  const { resource, name, prefix, member, ofLease, key, keyBase64 } = place;
  if (resource === undefined) return key ?? `base64:${keyBase64}`;
  const below = member === undefined ? '' : `/${member}`;
  const holder = ofLease === undefined ? '' : ` of lease ${ofLease}`;
  return `${resource}/${name ?? `${prefix ?? ''}*`}${below}${holder}`;
}

function valueText({ value, valueBase64 }: HistoryValue | HistoryEntry): string {
  const text = value ?? (valueBase64 === undefined ? '' : `base64:${valueBase64}`);
  return text === '' ? '' : ` = ${text.length > 40 ? `${text.slice(0, 39)}…` : text}`;
}
