// The part of the API suite that is about the OpenAPI document.

import { expect, test } from 'vitest';
import type { Tools } from './api-suite.ts';

const RECIPES = ['elections', 'groups', 'leases', 'locks', 'sequences'];
const IN_NAMESPACE = [
  ...RECIPES,
  'elections/{name}',
  'groups/{group}',
  'history',
  'groups/{group}/{member}',
  'keys',
  'keys/{key}',
  'leases/renew',
  'leases/{lease}',
  'locks/{name}',
  'names',
  'names/{name}',
  'sequences/{name}',
  'transactions',
  'watch',
];
const ELSEWHERE = [
  '/v1/namespaces',
  '/v1/namespaces/{namespace}',
  '/v1/stream/{path}',
  '/v1/streams',
  '/v1/openapi.json',
  '/v1/diagnostics',
  '/healthz',
  '/livez',
];

export function documentSuite({ ask }: Tools): void {
  test('the OpenAPI document describes every route', async () => {
    const { body } = await ask('GET', '/v1/openapi.json');
    const document = body as { openapi: string; paths: Record<string, object> };
    expect(document.openapi).toBe('3.1.0');
    const routes = IN_NAMESPACE.flatMap((one) => [`/v1/${one}`, `/v1/namespaces/{namespace}/${one}`]);
    expect(Object.keys(document.paths).sort()).toEqual([...routes, ...ELSEWHERE].sort());
    const references = JSON.stringify(document).match(/(?<="\$ref":"#\/)[^"]+/g) ?? [];
    expect(references.length).toBeGreaterThan(5);
    for (const reference of new Set(references)) expect(document).toHaveProperty(reference.split('/'));
  });
}
