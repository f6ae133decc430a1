// The navigation: the namespace, and the views with their keys.

import { addressOf, route } from '../state/route.ts';
import { VIEWS, type View } from '../state/views.ts';
import { KeyHint } from './key-hint.tsx';

const GROUPS = ['Coordination', 'Store'] as const;

export function Navigation() {
  const { namespace } = route.value;
  return (
    <nav aria-label="Views">
      <p class="brand">
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <rect x="1" y="2" width="14" height="3" rx="1" />
          <rect x="1" y="6.5" width="14" height="3" rx="1" opacity=".6" />
          <rect x="1" y="11" width="8" height="3" rx="1" />
        </svg>
        Ordinal
      </p>
      <a class="namespace" href={addressOf({ view: 'namespaces' })}>
        <span class="kind">Namespace</span>
        <span class="current">{namespace}</span>
      </a>
      {GROUPS.map((group) => (
        <section key={group} aria-label={group}>
          <h2>{group}</h2>
          <ul>
            {VIEWS.filter((view) => view.group === group).map((view) => (
              <Entry key={view.id} view={view} />
            ))}
          </ul>
        </section>
      ))}
    </nav>
  );
}

function Entry({ view: { id, title, key } }: { readonly view: View }) {
  const isPresent = route.value.view === id;
  return (
    <li>
      <a href={addressOf({ view: id })} aria-current={isPresent ? 'page' : undefined} aria-keyshortcuts={key}>
        {title}
        <KeyHint name={key} />
      </a>
    </li>
  );
}
