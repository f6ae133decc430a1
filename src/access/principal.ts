// Who sent a request, and what the sender may do. Whatever is not allowed in so many words is denied.

/** What scopes are about. */
export const RESOURCES = [
  'logs',
  'namespaces',
  'names',
  'keys',
  'leases',
  'locks',
  'elections',
  'groups',
  'sequences',
] as const;

export type Resource = (typeof RESOURCES)[number];

export type Action = 'read' | 'write';

export interface Principal {
  /**
   * The only owner that this one can act as; undefined for the operator's own programs, which speak for their
   * users.
   */
  readonly subject: string | undefined;
  /**
   * Whether it may do `action` at `place`: the path of a stream, or `<namespace>:<name>`, also of a key.
   * With `all-under`, at every place that begins like that.
   */
  may(resource: Resource, action: Action, place: string, extent?: 'all-under'): boolean;
}

/** The operator's own: somebody else (IAM, the loopback, a shared token) has made sure of that. */
export const OPERATOR: Principal = { subject: undefined, may: () => true };

/** Whoever asks for what everybody may know: whether the process is alive. */
export const NOBODY: Principal = { subject: undefined, may: () => false };

export type Admission =
  | { readonly kind: 'admitted'; readonly principal: Principal }
  /** Nobody has been shown to ask. `presented` is false when there was nothing to look at. */
  | { readonly kind: 'unauthenticated'; readonly presented: boolean; readonly detail: string }
  | { readonly kind: 'forbidden'; readonly detail: string }
  /** It cannot be found out now. Nothing was done. */
  | { readonly kind: 'unavailable'; readonly detail: string };

/** What a protocol has found in a request, or on a connection, that says who sent it. */
export interface Credentials {
  readonly bearerToken: string | undefined;
  /** True when credentials of any kind came with the request, also ones that cannot be read. */
  readonly presented: boolean;
  /** The name or address under which the sender has reached this server, perhaps with a port. */
  readonly host: string | undefined;
  /** True when a browser sends the request for a page of another web site. */
  readonly fromOtherSite: boolean;
}

/** Looks at the credentials of a request before the request does anything. */
export type Admit = (credentials: Credentials) => Promise<Admission>;

/** For requests that the caller has let through already, like IAM in front of a function. */
export const admitOperator: Admit = async () => ({ kind: 'admitted', principal: OPERATOR });
