// A command as a sentence: which client asked for what, and what the log made of it.

import type {
  HistoryCommand,
  HistoryEntry,
  HistoryOperation,
  HistoryPlace,
} from '../../../src/api/history.ts';
import { shown, span } from '../parts/text.ts';

export interface Story {
  /** What it is about; undefined where it is about nothing that has a view. */
  readonly about: { readonly resource: string; readonly name: string } | undefined;
  /** The owner, lease or member that acts; empty where the log does not say. */
  readonly actor: string;
  readonly verb: string;
  readonly object: string;
  /** What came of it: a token, a value, who was first. */
  readonly outcome: string;
  /**
   * `decided`: it changed the state. `lost`: an earlier command stood against it. `nothing`: it had nothing
   * to change.
   */
  readonly verdict: 'decided' | 'lost' | 'nothing';
  /** For one that lost: the position that decided. */
  readonly by: number | undefined;
}

type Mutation = Extract<HistoryOperation, HistoryPlace>;

export function storyOf(command: HistoryCommand): Story {
  if (command.kind === 'read') return plain('a sequenced read', 'nothing');
  if (command.kind === 'compact') return plain('compacts the past', 'decided');
  const intents = [...mutationsIn(command.operations.then)];
  // A place in a queue is two keys: the number says more.
  const intent = intents.find(({ kind }) => kind === 'put-numbered') ?? intents.find(isTold) ?? intents[0];
  if (!intent)
    return plain(`a transaction of ${command.operations.then.length} operations`, verdictOf(command));
  const { resource, name } = intent;
  const about = resource !== undefined && name !== undefined ? { resource, name } : undefined;
  const object = name ?? intent.key ?? intent.prefix ?? '';
  return { about, object, ...partsOf(intent, command), ...against(command) };
}

function isTold({ kind, resource }: Mutation): boolean {
  return kind !== 'grant' && resource !== undefined;
}

function* mutationsIn(operations: readonly HistoryOperation[]): Generator<Mutation, void, undefined> {
  for (const operation of operations) {
    if (operation.kind === 'transaction') yield* mutationsIn([...operation.then, ...operation.else]);
    else if (operation.kind !== 'compact' && operation.kind !== 'get' && operation.kind !== 'count')
      yield operation;
  }
}

function plain(verb: string, verdict: Story['verdict']): Story {
  return { about: undefined, actor: '', verb, object: '', outcome: '', verdict, by: undefined };
}

function verdictOf({ succeeded, changes, kind, repeats }: HistoryCommand): Story['verdict'] {
  if (repeats !== undefined) return 'nothing';
  if (!succeeded) return kind === 'transaction' ? 'lost' : 'nothing';
  return changes.length > 0 || kind === 'renew' || kind === 'expire' ? 'decided' : 'nothing';
}

/** What stood against it. */
function against(command: HistoryCommand): Pick<Story, 'verdict' | 'by'> {
  const verdict = grantsLease(command) ? 'decided' : verdictOf(command);
  return { verdict, by: verdict === 'lost' ? standingIn(command)?.modified : undefined };
}

/** A lease that is granted is no change of a key. */
function grantsLease({ results }: HistoryCommand): boolean {
  return results.some((result) => result.kind === 'grant' && result.granted);
}

/** The entry that a command found where it wanted to put its own. */
function standingIn({ results }: HistoryCommand): HistoryEntry | undefined {
  for (const result of results) if (result.kind === 'get') return result.entries[0];
  return undefined;
}

type Parts = Pick<Story, 'actor' | 'verb' | 'outcome'>;

function partsOf(intent: Mutation, command: HistoryCommand): Parts {
  if (command.repeats !== undefined)
    return { ...wordsOf(intent, command), outcome: `repeats @${command.repeats}` };
  if (command.refused) return { ...wordsOf(intent, command), outcome: `refused: ${command.refused.reason}` };
  return wordsOf(intent, command);
}

function wordsOf(intent: Mutation, command: HistoryCommand): Parts {
  switch (intent.resource) {
    case 'names':
      return nameWords(intent, command);
    case 'locks':
      return queueWords(intent, command, {
        join: 'asks for',
        first: 'holds it',
        leave: 'gives up',
        token: 'token',
      });
    case 'elections':
      return queueWords(intent, command, {
        join: 'campaigns in',
        first: 'leads',
        leave: 'leaves',
        token: 'term',
      });
    case 'groups':
      return {
        actor: intent.member ?? '',
        verb: intent.kind === 'delete' ? 'leaves' : 'joins',
        outcome: command.succeeded ? '' : 'the name is taken',
      };
    case 'leases':
      return leaseWords(intent, command);
    default:
      return valueWords(intent, command);
  }
}

function nameWords(intent: Mutation, command: HistoryCommand): Parts {
  const standing = standingIn(command);
  const isClaim = intent.kind === 'put';
  // A release names its owner as a condition.
  const owner = isClaim ? shownValue(intent) : String(command.operations.checks[0]?.to ?? '');
  const held = standing ? `${shownValue(standing)} holds it` : 'nobody holds it';
  return { actor: owner, verb: isClaim ? 'claims' : 'releases', outcome: command.succeeded ? '' : held };
}

interface QueueWords {
  readonly join: string;
  readonly first: string;
  readonly leave: string;
  readonly token: string;
}

function queueWords(intent: Mutation, command: HistoryCommand, words: QueueWords): Parts {
  if (intent.kind === 'delete') {
    const actor = command.changes.find(({ before }) => before?.lease !== undefined)?.before?.lease ?? '';
    return { actor, verb: words.leave, outcome: '' };
  }
  const actor = 'lease' in intent ? (intent.lease ?? '') : '';
  if (intent.kind === 'put') return { actor, verb: 'proclaims in', outcome: shownValue(intent) };
  const token = command.changes.find((change) => change.token !== undefined && change.after)?.token;
  if (token === undefined) return { actor, verb: words.join, outcome: 'others are before it' };
  // The first branch is for a queue that nobody stands in.
  const [outer] = command.results;
  const isFirst = outer?.kind === 'transaction' && outer.succeeded;
  return { actor, verb: words.join, outcome: `${isFirst ? words.first : 'waits'}, ${words.token} ${token}` };
}

function leaseWords(intent: Mutation, { kind, results, operations, changes }: HistoryCommand): Parts {
  const others = operations.then.length - 1;
  const more = others > 0 ? `and ${others} more` : '';
  if (kind === 'renew') return { actor: '', verb: 'renews', outcome: more };
  const gone = changes.length > 0 ? `${changes.length} keys go with it` : '';
  if (kind === 'expire') {
    const ended = results.some((result) => result.kind === 'expire' && result.ended);
    return {
      actor: '',
      verb: ended ? 'ends' : 'tries to end',
      outcome: ended ? more || gone : 'it was renewed',
    };
  }
  if (intent.kind === 'grant') return { actor: '', verb: 'grants', outcome: `for ${span(intent.ttlMs)}` };
  return { actor: '', verb: 'revokes', outcome: gone };
}

function valueWords(intent: Mutation, command: HistoryCommand): Parts {
  const standing = standingIn(command);
  const lost = standing ? 'it has changed before' : 'a condition does not hold';
  if (!command.succeeded)
    return { actor: '', verb: intent.kind === 'delete' ? 'deletes' : 'puts', outcome: lost };
  if (intent.kind === 'delete') return { actor: '', verb: 'deletes', outcome: '' };
  if (intent.kind === 'add') {
    const after = command.changes.find((change) => change.after)?.after;
    return { actor: '', verb: `takes ${intent.by} of`, outcome: after ? `up to ${shownValue(after)}` : '' };
  }
  return { actor: '', verb: 'puts', outcome: shownValue(intent) };
}

function shownValue(value: { readonly value?: string; readonly valueBase64?: string } | Mutation): string {
  if ('value' in value && value.value !== undefined) return shown({ value: value.value });
  if ('valueBase64' in value && value.valueBase64 !== undefined)
    return shown({ valueBase64: value.valueBase64 });
  return '';
}
