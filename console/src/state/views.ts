// The views, in the order of the navigation. Each has a key that leads to it.

export const VIEWS = [
  { id: 'names', title: 'Names', key: '1', group: 'Coordination' },
  { id: 'keys', title: 'Keys', key: '2', group: 'Coordination' },
  { id: 'locks', title: 'Locks', key: '3', group: 'Coordination' },
  { id: 'leases', title: 'Leases', key: '4', group: 'Coordination' },
  { id: 'elections', title: 'Elections', key: '5', group: 'Coordination' },
  { id: 'groups', title: 'Groups', key: '6', group: 'Coordination' },
  { id: 'sequences', title: 'Sequences', key: '7', group: 'Coordination' },
  { id: 'timeline', title: 'Timeline', key: '8', group: 'Coordination' },
  { id: 'streams', title: 'Streams', key: '9', group: 'Store' },
  { id: 'namespaces', title: 'Namespaces', key: '0', group: 'Store' },
  { id: 'diagnostics', title: 'Diagnostics', key: '-', group: 'Store' },
] as const;

export type View = (typeof VIEWS)[number];

export type ViewId = View['id'];

export function isViewId(text: string): text is ViewId {
  return VIEWS.some(({ id }) => id === text);
}
