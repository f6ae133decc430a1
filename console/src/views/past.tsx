// The past of one item: the commands of the log that were about it.

import type { HistoryResource } from '../../../src/api/history.ts';
import { Commands } from '../history/commands.tsx';
import { storyOf } from '../history/story.ts';
import { useHistory } from '../state/history.ts';
import { namespace } from '../state/route.ts';
import { Earlier } from './earlier.tsx';

interface PastProps {
  readonly resource: HistoryResource;
  readonly name: string;
}

export function Past({ resource, name }: PastProps) {
  const past = useHistory(namespace.value, { resource, prefix: name });
  // The API finds all names that begin so.
  const commands = past.commands.filter((command) => storyOf(command).about?.name === name);
  return (
    <section aria-label="Past" class="past">
      <h3>Past</h3>
      {past.problem?.code === 'forbidden' && (
        <p class="quiet">
          To see it, a token needs to read all resources:{' '}
          <code class="scope">…:read:{namespace.value}:*</code>
        </p>
      )}
      {commands.length > 0 && <Commands commands={commands} areItems={false} />}
      {!past.problem && commands.length === 0 && past.from !== undefined && (
        <p class="quiet">No command that the log still tells was about it.</p>
      )}
      <Earlier past={past} />
    </section>
  );
}
