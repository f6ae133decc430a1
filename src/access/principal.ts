// Principals: the sender of a request and its permissions. An action that no permission names is denied.

/** The resources of scopes. */
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
  'metrics',
  'diagnostics',
] as const;

export type Resource = (typeof RESOURCES)[number];

export type Action = 'read' | 'write';

export interface Principal {
  /**
   * The only owner that this principal can act as; undefined for the operator's own programs, which act for
   * their users.
   */
  readonly subject: string | undefined;
  /**
   * Whether the principal may do `action` at the path `place`: that of a stream, `<namespace>:<name>`,
   * `<namespace>:<key>`, a namespace, the name of a log, or nothing for the metrics. With `all-under`, at
   * every path with this prefix.
   */
  may(resource: Resource, action: Action, place: string, extent?: 'all-under'): boolean;
}

/** The operator's own programs: IAM, the loopback or a shared token has authenticated them. */
export const OPERATOR: Principal = { subject: undefined, may: () => true };

/** The sender of a probe, which may only learn whether the process is alive. */
export const NOBODY: Principal = { subject: undefined, may: () => false };

export type Admission =
  | { readonly kind: 'admitted'; readonly principal: Principal }
  /** The sender is unknown. `presented` is false when the request had no credentials. */
  | { readonly kind: 'unauthenticated'; readonly presented: boolean; readonly detail: string }
  | { readonly kind: 'forbidden'; readonly detail: string }
  /** The credentials cannot be checked now. Nothing was done. */
  | { readonly kind: 'unavailable'; readonly detail: string };

/** The credentials that a protocol has found in a request or on a connection. */
export interface Credentials {
  readonly bearerToken: string | undefined;
  /** True when credentials of any kind came with the request, also ones that cannot be read. */
  readonly presented: boolean;
  /** The name or address under which the sender has reached this server, perhaps with a port. */
  readonly host: string | undefined;
  /** True when a browser sends the request for a page of another web site. */
  readonly fromOtherSite: boolean;
}

/** Checks the credentials of a request before the request does anything. */
export type Admit = (credentials: Credentials) => Promise<Admission>;

/** For requests that were authenticated before, as by IAM in front of a function. */
export const admitOperator: Admit = async () => ({ kind: 'admitted', principal: OPERATOR });
