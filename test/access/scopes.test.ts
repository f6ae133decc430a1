import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RESOURCES } from '../../src/access/principal.ts';
import { grantsOf, principalOf } from '../../src/access/scopes.ts';

const may = (scopes: string[], ...asked: Parameters<ReturnType<typeof principalOf>['may']>) =>
  principalOf('ann', grantsOf(scopes, '')).may(...asked);

test.each([
  ['an exact place', 'logs:write:orders', 'logs', 'write', 'orders', true],
  ['a longer place', 'logs:write:orders', 'logs', 'write', 'orders2', false],
  ['a shorter place', 'logs:write:orders', 'logs', 'write', 'order', false],
  ['under a prefix', 'logs:write:orders/*', 'logs', 'write', 'orders/1', true],
  ['beside a prefix', 'logs:write:orders/*', 'logs', 'write', 'orders', false],
  ['everything', 'names:read:*', 'names', 'read', 'default:bob', true],
  ['one namespace', 'names:read:default:*', 'names', 'read', 'default:bob', true],
  ['another namespace', 'names:read:default:*', 'names', 'read', 'default2:bob', false],
  ['another action', 'names:read:*', 'names', 'write', 'default:bob', false],
  ['another resource', 'names:read:*', 'logs', 'read', 'default:bob', false],
  ['a key, slashes and all', 'keys:write:default:jobs/*', 'keys', 'write', 'default:jobs/1/state', true],
  ['a key of another place', 'keys:write:default:jobs/*', 'keys', 'write', 'default:users/1', false],
  ['an encoded place', 'logs:read:a%20b%2A', 'logs', 'read', 'a b*', true],
  ['broken encoding', 'logs:read:%zz*', 'logs', 'read', '%zz', false],
  ['a star in the middle', 'logs:read:a*b', 'logs', 'read', 'axb', false],
  ['no place', 'logs:read:', 'logs', 'read', '', false],
  ['no place at all', 'logs:read', 'logs', 'read', 'x', false],
  ['the metrics, which have no place', 'metrics:read', 'metrics', 'read', '', true],
  ['the metrics, as all places', 'metrics:read:*', 'metrics', 'read', '', true],
  ['the metrics, to write', 'metrics:read', 'metrics', 'write', '', false],
  ['what metrics are not', 'metrics:read', 'logs', 'read', '', false],
  ['an unknown action', 'logs:admin:*', 'logs', 'read', 'x', false],
  ['a scope of somebody else', 'openid', 'logs', 'read', 'x', false],
] as const)('%s', (_what, scope, resource, action, place, allowed) => {
  expect(may([scope], resource, action, place)).toBe(allowed);
});

test('all under a beginning needs a grant with a star that covers it', () => {
  expect(may(['names:read:default:team-*'], 'names', 'read', 'default:team-', 'all-under')).toBe(true);
  expect(may(['names:read:default:team-*'], 'names', 'read', 'default:team', 'all-under')).toBe(false);
  expect(may(['names:read:default:team'], 'names', 'read', 'default:team', 'all-under')).toBe(false);
});

test('with a prefix of the issuer, only scopes that have it count', () => {
  const principal = principalOf('ann', grantsOf(['ordinal/logs:read:a', 'logs:read:b'], 'ordinal/'));
  expect(principal.may('logs', 'read', 'a')).toBe(true);
  expect(principal.may('logs', 'read', 'b')).toBe(false);
});

test('no scopes, nothing allowed', () => {
  fc.assert(
    fc.property(
      fc
        .array(fc.string())
        .map((words) => words.filter((word) => !RESOURCES.some((resource) => word.startsWith(resource)))),
      fc.constantFrom(...RESOURCES),
      fc.constantFrom('read' as const, 'write' as const),
      fc.string(),
      (scopes, resource, action, place) => !may(scopes, resource, action, place),
    ),
  );
});
