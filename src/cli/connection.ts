// The client that a command works with.

import type { Namespace, Ordinal } from '../api/ordinal.ts';
import { connect } from '../client/client.ts';
import type { Transport } from '../client/transport.ts';
import { NAMESPACE_NAME } from '../resource-names.ts';
import { type Context, contextsPath, isOpenToOthers, readContexts } from './contexts.ts';
import { environment } from './environment.ts';
import { usage } from './failure.ts';
import { note } from './output.ts';
import { regionOf, type TargetOptions, targetOf } from './target.ts';
import { reachingTransport } from './transport.ts';

export interface ConnectionOptions extends TargetOptions {
  readonly timeout?: number | undefined;
  readonly json?: true | undefined;
}

export interface NamespaceOptions extends ConnectionOptions {
  readonly namespace?: string | undefined;
}

/** @throws CommandFailure */
export async function openOrdinal(options: ConnectionOptions): Promise<Ordinal> {
  return connectTo(currentTarget(options), options.timeout);
}

/**
 * The namespace of the flag, else of the environment, else of the context, else `default`. @throws
 * CommandFailure
 */
export async function openNamespace(options: NamespaceOptions): Promise<Namespace> {
  return (await openWithNamespace(options)).namespace;
}

export async function openWithNamespace(
  options: NamespaceOptions,
): Promise<{ name: string; namespace: Namespace }> {
  const target = currentTarget(options);
  const name = options.namespace ?? (environment['ORDINAL_NAMESPACE'] || target.namespace) ?? 'default';
  if (!NAMESPACE_NAME.test(name)) throw usage(`${JSON.stringify(name)} is no name of a namespace`);
  return { name, namespace: (await connectTo(target, options.timeout)).namespace(name) };
}

function currentTarget(options: TargetOptions): Context {
  const path = contextsPath(environment);
  const target = targetOf(options, environment, () => readContexts(path));
  if (isOpenToOthers(path)) note(`ordinal: others can read ${path}, which may hold tokens; chmod 600 it`);
  return target;
}

async function connectTo(target: Context, timeoutMs: number | undefined): Promise<Ordinal> {
  const headers = target.token === undefined ? {} : { authorization: `Bearer ${target.token}` };
  return connect(target.url ?? 'https://ordinal.invalid', {
    headers,
    timeoutMs,
    transport: await transportOf(target),
  });
}

/** AWS code is loaded by those alone that need it. */
async function transportOf(target: Context): Promise<Transport> {
  if (target.function !== undefined) return invocations(target.function, regionOf(target, environment));
  if (!target.sigv4) return reachingTransport();
  const { signedTransport } = await import('../client/aws/transport.ts');
  return signedTransport({ region: regionOf(target, environment), fetch: reachingTransport() });
}

async function invocations(name: string, region: string): Promise<Transport> {
  const { installed } = await import('../client/aws/installed.ts');
  const { lambdaTransport } = await import('../client/aws/transport.ts');
  const sdk = await installed('@aws-sdk/client-lambda', () => import('@aws-sdk/client-lambda')).catch(
    (cause: unknown) => {
      throw usage(cause instanceof Error ? cause.message : String(cause));
    },
  );
  return lambdaTransport(new sdk.LambdaClient({ region, maxAttempts: 1 }), name);
}
