// Where requests go, and with which credentials. All of it comes from one place, so that a token that is
// meant for one server is never sent to another.

import { type Context, type Contexts, contextNamed } from './contexts.ts';
import type { Environment } from './environment.ts';
import { usage } from './failure.ts';

export interface TargetOptions {
  readonly url?: string | undefined;
  readonly token?: string | undefined;
  readonly context?: string | undefined;
  readonly function?: string | undefined;
  readonly region?: string | undefined;
  readonly sigv4?: true | undefined;
}

export const LOCAL_URL = 'http://127.0.0.1:4437';

/**
 * The flags `--url` and `--function`, else the flag `--context`, else `ORDINAL_URL`, else the current
 * context, else the server that `ordinal serve` starts on this machine.
 *
 * @throws CommandFailure
 */
export function targetOf(options: TargetOptions, env: Environment, contexts: () => Contexts): Context {
  const { url, token, context, region, sigv4 } = options;
  const named = [url && '--url', options.function && '--function', context && '--context'].filter(Boolean);
  if (named.length > 1) throw usage(`${named.join(' and ')} name two places; give one`);
  const more = { token, region, sigv4 };
  const ambient = env['ORDINAL_TOKEN'] || undefined;
  if (url) return checked({ token: ambient, ...given({ url, ...more }) });
  if (options.function) return checked(given({ function: options.function, ...more }));
  if (context) return checked({ ...contextNamed(contexts(), context), ...given(more) });
  const fromEnvironment = env['ORDINAL_URL'] || undefined;
  if (fromEnvironment) return checked({ token: ambient, url: fromEnvironment, ...given(more) });
  const known = contexts();
  if (known.current !== undefined) {
    return checked({ ...contextNamed(known, known.current), ...given(more) });
  }
  return checked({ token: ambient, url: LOCAL_URL, ...given(more) });
}

/** @throws CommandFailure */
export function checked(target: Context): Context {
  if (target.function !== undefined) {
    if (target.url !== undefined) throw usage('a context has a URL or a function, not both');
    if (target.token !== undefined)
      throw usage('IAM guards a function that is invoked, so it takes no token');
    return target;
  }
  const { url = '' } = target;
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw usage(`${JSON.stringify(url)} is no URL such as https://ordinal.example`);
  }
  if (target.sigv4 && target.token !== undefined)
    throw usage('--sigv4 and a token are two ways to sign in; use one');
  return target;
}

/**
 * The region that requests are signed for: named, in the address of a Function URL, or of the environment.
 */
export function regionOf({ region, url }: Context, env: Environment): string {
  const [, inUrl] = /\.lambda-url\.([a-z0-9-]+)\.on\.aws$/.exec(hostOf(url)) ?? [];
  const found = region ?? inUrl ?? (env['AWS_REGION'] || env['AWS_DEFAULT_REGION']);
  if (found) return found;
  throw usage('which region? --region or AWS_REGION tells it');
}

function hostOf(url: string | undefined): string {
  return url === undefined ? '' : new URL(url).hostname;
}

/** Only the members that are there. */
function given(members: Context): Context {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
