// `ordinal context add|use|list|remove`.

import {
  assertContextName,
  type Context,
  type Contexts,
  contextNamed,
  contextsPath,
  readContexts,
  writeContexts,
} from '../contexts.ts';
import { environment } from '../environment.ts';
import { usage } from '../failure.ts';
import { wholeOf } from '../input.ts';
import { json, say, table } from '../output.ts';
import { checked } from '../target.ts';

const TOKEN_BYTES_MAX = 16 * 1024;

interface AddOptions extends Context {
  readonly tokenStdin?: true | undefined;
}

export async function add(name: string, { tokenStdin, ...options }: AddOptions): Promise<void> {
  assertContextName(name);
  if (tokenStdin && options.token !== undefined)
    throw usage('--token and --token-stdin name two tokens; give one');
  const token = tokenStdin ? await tokenInInput() : options.token;
  const context = checked({ ...options, ...(token === undefined ? {} : { token }) });
  change((file) => ({
    current: file.current ?? name,
    contexts: { ...file.contexts, [name]: context },
  }));
  await say(`added ${name}`);
}

async function tokenInInput(): Promise<string> {
  const token = (await wholeOf(process.stdin, TOKEN_BYTES_MAX)).toString('utf8').trim();
  if (token === '') throw usage('standard input holds no token');
  return token;
}

export async function use(name: string): Promise<void> {
  change((file) => {
    contextNamed(file, name);
    return { ...file, current: name };
  });
  await say(`using ${name}`);
}

export async function remove(name: string): Promise<void> {
  change((file) => {
    contextNamed(file, name);
    const { [name]: _, ...contexts } = file.contexts;
    return {
      contexts,
      ...(file.current === name || file.current === undefined ? {} : { current: file.current }),
    };
  });
  await say(`removed ${name}`);
}

export async function list(options: { readonly json?: true | undefined }): Promise<void> {
  const { current, contexts } = readContexts(contextsPath(environment));
  const shown = Object.entries(contexts).map(([name, { token, ...context }]) => ({
    name,
    current: name === current,
    signIn: token !== undefined ? 'token' : context.sigv4 || context.function ? 'IAM' : 'none',
    ...context,
  }));
  if (options.json) {
    for (const context of shown) await json(context);
    return;
  }
  const rows = shown.map((context) => [
    context.current ? '*' : '',
    context.name,
    context.url ?? `function ${context.function}`,
    context.signIn,
    context.namespace,
  ]);
  await table(
    ['', 'NAME', 'SERVER', 'SIGN-IN', 'NAMESPACE'],
    rows,
    'no contexts; ordinal context add adds one',
  );
}

function change(next: (file: Contexts) => Contexts): void {
  const path = contextsPath(environment);
  writeContexts(path, next(readContexts(path)));
}
