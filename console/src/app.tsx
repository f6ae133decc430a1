// The page: navigation, the view, the status line.

import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { Help } from './parts/help.tsx';
import { Navigation } from './parts/navigation.tsx';
import { StatusLine } from './parts/status-line.tsx';
import { TokenGate } from './parts/token-gate.tsx';
import { route } from './state/route.ts';
import { tokenNeeded } from './state/session.ts';
import { VIEWS, type ViewId } from './state/views.ts';
import { DiagnosticsView } from './views/diagnostics.tsx';
import { ElectionsView } from './views/elections.tsx';
import { GroupsView } from './views/groups.tsx';
import { KeysView } from './views/keys.tsx';
import { LeasesView } from './views/leases.tsx';
import { LocksView } from './views/locks.tsx';
import { NamesView } from './views/names.tsx';
import { NamespacesView } from './views/namespaces.tsx';
import { SequencesView } from './views/sequences.tsx';
import { StreamsView } from './views/streams.tsx';
import { TimelineView } from './views/timeline.tsx';

const COMPONENTS: Readonly<Record<ViewId, ComponentType>> = {
  names: NamesView,
  keys: KeysView,
  locks: LocksView,
  leases: LeasesView,
  elections: ElectionsView,
  groups: GroupsView,
  sequences: SequencesView,
  timeline: TimelineView,
  streams: StreamsView,
  namespaces: NamespacesView,
  diagnostics: DiagnosticsView,
};

export function App() {
  const { namespace, view } = route.value;
  const View = COMPONENTS[view];
  const title = VIEWS.find(({ id }) => id === view)?.title;
  useEffect(() => {
    document.title = `${title} · ${namespace} · Ordinal`;
  }, [title, namespace]);
  return (
    <div class="shell">
      <button type="button" class="skip" onClick={() => document.getElementById('main')?.focus()}>
        Skip to the view
      </button>
      <Navigation />
      <main id="main" tabIndex={-1}>
        {tokenNeeded.value === 'no' ? <View key={`${namespace} ${view}`} /> : <TokenGate />}
      </main>
      <StatusLine />
      <Help />
    </div>
  );
}
