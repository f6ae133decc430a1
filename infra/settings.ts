// The settings of `cdk deploy -c name=value`, checked before they are used.

import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { Node } from 'constructs';
import * as z from 'zod';
import type { OrdinalProps } from './ordinal.ts';

const list = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .pipe(z.array(z.string().min(1)).min(1));

const context = z
  .strictObject({
    access: z.enum(['iam', 'jwt']).default('iam'),
    jwtIssuer: z.url().optional(),
    jwtAudience: z.string().min(1).optional(),
    jwtScopePrefix: z.string().optional(),
    compute: z.enum(['function', 'web-function']).default('function'),
    namespaces: list.optional(),
    replicas: list.optional(),
    witness: z.string().min(1).optional(),
    longPollMs: z
      .string()
      .regex(/^\d{1,5}$/, 'must be a number')
      .optional(),
    streaming: z.enum(['true', 'false']).default('true'),
    console: z.enum(['true', 'false']).default('false'),
    removeData: z.enum(['true', 'false']).default('false'),
    stackName: z.string().min(1).default('Ordinal'),
  })
  .refine(({ access, jwtIssuer, jwtAudience }) => access === 'iam' || (jwtIssuer && jwtAudience), {
    path: ['jwtIssuer'],
    message: 'and jwtAudience are needed with access=jwt',
  })
  .refine(({ replicas, witness }) => witness === undefined || replicas !== undefined, {
    path: ['witness'],
    message: 'needs replicas',
  });

/** CDK keeps settings and findings of its own there. */
const CDK_NAME = /[@:/]/;

/** @throws Error that names the faults */
export function settingsIn(node: Node): { stackName: string; props: OrdinalProps } {
  const all = Object.entries(node.getAllContext() as Record<string, unknown>);
  const parsed = context.safeParse(Object.fromEntries(all.filter(([name]) => !CDK_NAME.test(name))));
  if (!parsed.success)
    throw new Error(
      `cdk.json or -c, where ${Object.keys(context.shape).join(', ')} can be said:\n${z.prettifyError(parsed.error)}`,
    );
  const { stackName, compute, namespaces, replicas, witness, longPollMs, removeData, ...rest } = parsed.data;
  const { streaming, console, ...access } = rest;
  return {
    stackName,
    props: {
      access: accessOf(access),
      compute,
      namespaces,
      longPoll: longPollMs === undefined ? undefined : Duration.millis(Number(longPollMs)),
      strongReplicas: replicas && {
        regions: replicas,
        ...(witness === undefined ? {} : { witnessRegion: witness }),
      },
      responseStreaming: streaming === 'true',
      console: console === 'true',
      removalPolicy: removeData === 'true' ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
    },
  };
}

type Access = Pick<z.infer<typeof context>, 'access' | 'jwtIssuer' | 'jwtAudience' | 'jwtScopePrefix'>;

function accessOf({ access, jwtIssuer, jwtAudience, jwtScopePrefix }: Access): OrdinalProps['access'] {
  if (access === 'iam' || jwtIssuer === undefined || jwtAudience === undefined) return { kind: 'iam' };
  return { kind: 'jwt', issuer: jwtIssuer, audience: jwtAudience, scopePrefix: jwtScopePrefix };
}
