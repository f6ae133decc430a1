// The address after `#`: `#/<namespace>/<view>/<item>`. So the browser's history, bookmarks and links work.

import { computed, signal } from '@preact/signals';
import type { ViewId } from './views.ts';
import { isViewId } from './views.ts';

export interface Route {
  readonly namespace: string;
  readonly view: ViewId;
  /** The lock, stream, … that is open beside the list; empty for none. */
  readonly item: string;
}

const FIRST: Route = { namespace: 'default', view: 'names', item: '' };

export const route = signal<Route>(routeIn(location.hash));

export const namespace = computed(() => route.value.namespace);

addEventListener('hashchange', () => {
  route.value = routeIn(location.hash);
});

function routeIn(hash: string): Route {
  const [, name = '', view = '', ...rest] = hash.replace(/^#/u, '').split('/');
  if (!isViewId(view)) return FIRST;
  return { namespace: decoded(name) || FIRST.namespace, view, item: decoded(rest.join('/')) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

export function addressOf(to: Partial<Route>): string {
  // An item is of one view of one namespace.
  const { namespace: name, view, item } = { ...route.value, item: '', ...to };
  return `#/${encodeURIComponent(name)}/${view}${item === '' ? '' : `/${encodeURIComponent(item)}`}`;
}

export function go(to: Partial<Route>): void {
  location.hash = addressOf(to);
}
