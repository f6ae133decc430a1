// Who asks, and what that one may do. Whatever is not allowed in so many words is denied.

export type Resource = 'logs' | 'names';

export type Action = 'read' | 'write';

export interface Principal {
  /** The only owner that this one can act as; undefined for the operator's own programs, which speak for their users. */
  readonly subject: string | undefined;
  /**
   * Whether it may do `action` at `place`: the path of a stream, or `<namespace>:<name>`. With `all-under`, at every place that
   * begins like that.
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

/** Looks at a request before anything else does. */
export type Admit = (request: Request) => Promise<Admission>;

/** For requests that somebody else has let through already, like IAM in front of a function. */
export const admitOperator: Admit = async () => ({ kind: 'admitted', principal: OPERATOR });

const BEARER = /^Bearer +([\w.~+/-]+=*) *$/i;

/** The token of an `Authorization: Bearer` header (RFC 6750). Tokens in URLs are not looked at: those get logged. */
export function bearerTokenOf(headers: Headers): string | undefined {
  return BEARER.exec(headers.get('authorization') ?? '')?.[1];
}
