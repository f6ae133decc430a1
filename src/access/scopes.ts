// Scopes of a token: `logs:write:orders/*` or `names:read:default:team-*`.
//
//   <resource>:<action>:<place>, or <resource>:<action>:<beginning of places>*
//
// A place is the path of a stream, or `<namespace>:<name>` with the canonical form of the name. What a scope
// cannot hold (RFC 6749, section 3.3) is percent-encoded. To write does not include to read.

import { type Action, type Principal, RESOURCES, type Resource } from './principal.ts';

interface Grant {
  readonly resource: Resource;
  readonly action: Action;
  readonly place: string;
  /** Every place that begins like it, too. */
  readonly allUnder: boolean;
}

/** Scopes that are not of this grammar belong to somebody else and grant nothing here. */
export function grantsOf(scopes: readonly string[], prefix: string): Grant[] {
  return scopes.flatMap((scope) => {
    const grant = scope.startsWith(prefix) ? grantOf(scope.slice(prefix.length)) : undefined;
    return grant ? [grant] : [];
  });
}

const SCOPE = new RegExp(`^(${RESOURCES.join('|')}):(read|write):([^*]*)(\\*?)$`);

function grantOf(scope: string): Grant | undefined {
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
