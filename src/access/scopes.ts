// Scopes of a token: `logs:write:orders/*` or `names:read:default:team-*`.
//
//
// A path is that of a stream, `<namespace>:<name>` with the canonical form of the name, `<namespace>:<key>`,
// a namespace, or the name of a log. The metrics have no path: `metrics:read`. Characters that a scope cannot
// hold (RFC 6749, section 3.3) are percent-encoded. To write does not include to read.

import { type Action, type Principal, RESOURCES, type Resource } from './principal.ts';

interface Grant {
  readonly resource: Resource;
  readonly action: Action;
  readonly place: string;
  /** Also every path with this prefix. */
  readonly allUnder: boolean;
}

/** Scopes of another grammar are for other servers and grant nothing here. */
export function grantsOf(scopes: readonly string[], prefix: string): Grant[] {
  return scopes.flatMap((scope) => {
    const grant = scope.startsWith(prefix) ? grantOf(scope.slice(prefix.length)) : undefined;
    return grant ? [grant] : [];
  });
}

const SCOPE = new RegExp(`^(${RESOURCES.join('|')}):(read|write):([^*]*)(\\*?)$`);
/** The one resource without paths. */
const METRICS: Grant = { resource: 'metrics', action: 'read', place: '', allUnder: true };

function grantOf(scope: string): Grant | undefined {
  if (scope === 'metrics:read') return METRICS;
  const [, resource, action, place, star] = SCOPE.exec(scope) ?? [];
  const decoded = place === undefined ? undefined : decode(place);
  if (decoded === undefined || (decoded === '' && star === '')) return undefined;
  return {
    resource: resource as Resource,
    action: action as Action,
    place: decoded,
    allUnder: star === '*',
  };
}

function decode(place: string): string | undefined {
  try {
    return decodeURIComponent(place);
  } catch {
    return undefined;
  }
}

export function principalOf(subject: string, grants: readonly Grant[]): Principal {
  return {
    subject,
    may: (resource, action, place, extent) =>
      grants.some(
        (grant) =>
          grant.resource === resource &&
          grant.action === action &&
          (grant.allUnder ? place.startsWith(grant.place) : extent === undefined && place === grant.place),
      ),
  };
}
