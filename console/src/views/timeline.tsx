// The timeline: every command of the namespace's log, also those that changed nothing, such as a claim that
// lost.

import { useSignal } from '@preact/signals';
import type { HistoryResource } from '../../../src/api/history.ts';
import { inNamespace } from '../api/paths.ts';
import { Commands } from '../history/commands.tsx';
import { curl, Empty } from '../parts/bits.tsx';
import { ReadFault } from '../parts/fault.tsx';
import { Frame } from '../parts/frame.tsx';
import { counted } from '../parts/text.ts';
import { useHistory } from '../state/history.ts';
import { namespace, route } from '../state/route.ts';
import { CommandDetail } from './command-detail.tsx';
import { Earlier } from './earlier.tsx';

const RESOURCES: readonly HistoryResource[] = [
  'names',
  'keys',
  'locks',
  'leases',
  'elections',
  'groups',
  'sequences',
];

export function TimelineView() {
  const prefix = useSignal('');
  const resource = useSignal<HistoryResource | undefined>(undefined);
  const past = useHistory(namespace.value, { resource: resource.value, prefix: prefix.value });
  const { item } = route.value;
  const isFiltered = prefix.value !== '' || resource.value !== undefined;
  return (
    <Frame
      title="Timeline"
      note={past.from !== undefined && counted(past.commands.length, 'command')}
      aside={
        <select
          aria-label="Resource"
          value={resource.value ?? ''}
          onChange={({ currentTarget: { value } }) => {
            resource.value = RESOURCES.find((one) => one === value);
          }}
        >
          <option value="">all resources</option>
          {RESOURCES.map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </select>
      }
      filter={{ label: 'About what begins with', text: prefix }}
      detail={item !== '' && <CommandDetail key={item} position={Number(item)} />}
    >
      {past.problem && past.from === undefined && (
        <ReadFault
          problem={past.problem}
          scope={RESOURCES.map((one) => `${one}:read:${namespace.value}:*`).join(' ')}
        />
      )}
      {past.from !== undefined && past.commands.length === 0 && (
        <Empty
          title={isFiltered ? 'No command is about that' : 'The log has no commands'}
          commands={[
            curl('PUT', inNamespace(namespace.value, '/names/alice'), { owner: 'ann' }),
            curl('PUT', inNamespace(namespace.value, '/names/alice'), { owner: 'bob' }),
          ]}
        >
          One position decides about each change. Two claims of one name show which was first.
        </Empty>
      )}
      <Commands commands={past.commands} areItems />
      <Earlier past={past} />
    </Frame>
  );
}
