// Commands as a line through time: the newest first, each with its position, and what it decided.

import type { HistoryCommand } from '../../../src/api/history.ts';
import { RowLink } from '../parts/table.tsx';
import { count, counted, moment } from '../parts/text.ts';
import { addressOf, route } from '../state/route.ts';
import { type Story, storyOf } from './story.ts';

interface CommandsProps {
  /** From the oldest to the newest. */
  readonly commands: readonly HistoryCommand[];
  /** Whether a command is the item of the present view, or leads to the timeline. */
  readonly areItems: boolean;
}

const SHOWN_MAX = 500;

export function Commands({ commands, areItems }: CommandsProps) {
  const told = commands.slice(-SHOWN_MAX).map((command) => ({ command, story: storyOf(command) }));
  const losers = new Map<number, number>();
  for (const { story } of told)
    if (story.by !== undefined) losers.set(story.by, (losers.get(story.by) ?? 0) + 1);
  return (
    <ol class="commands">
      {told.reverse().map(({ command, story }) => (
        <Line
          key={command.position}
          command={command}
          story={story}
          losers={losers.get(command.position) ?? 0}
          isItem={areItems}
        />
      ))}
    </ol>
  );
}

interface LineProps {
  readonly command: HistoryCommand;
  readonly story: Story;
  /** How many commands have lost against this one. */
  readonly losers: number;
  readonly isItem: boolean;
}

function Line({ command: { position, writtenAt }, story, losers, isItem }: LineProps) {
  const item = String(position);
  const number = <span class="number">{count(position)}</span>;
  const isOpen = isItem && route.value.item === item;
  return (
    <li class={`command-line ${story.verdict} ${isOpen ? 'open' : ''}`}>
      {isItem ? (
        <RowLink item={item}>{number}</RowLink>
      ) : (
        <a href={addressOf({ view: 'timeline', item })}>{number}</a>
      )}
      <span class="rail" aria-hidden="true" />
      <span class="sentence">
        <Sentence story={isItem ? story : { ...story, object: 'it' }} />
        {losers > 0 && <strong class="decided-over"> {decidedText(story, losers)}</strong>}
      </span>
      <span class="resource">{story.about?.resource}</span>
      <time dateTime={new Date(writtenAt).toISOString()}>{moment(writtenAt)}</time>
    </li>
  );
}

function decidedText({ about }: Story, losers: number): string {
  return `decided: ${counted(losers, about?.resource === 'names' ? 'later claim' : 'later command')} lost`;
}

export function Sentence({ story }: { readonly story: Story }) {
  const { actor, verb, object, outcome, verdict, by } = story;
  return (
    <>
      {actor !== '' && <strong>{actor} </strong>}
      {verb} {object !== '' && <span class="object">{object}</span>}
      {outcome !== '' && (
        <>
          {' '}
          <span class="outcome">{outcome}</span>
        </>
      )}
      {verdict === 'lost' && <span class="verdict"> lost{by !== undefined && ` to @${count(by)}`}</span>}
    </>
  );
}
