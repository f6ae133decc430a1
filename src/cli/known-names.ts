// Names that the file of contexts or a server knows, for completion. Whoever presses a key waits for them, so
// there is little time, and a failure means that there are none.

import type { Ordinal } from '../api/ordinal.ts';
import { openOrdinal, openWithNamespace } from './connection.ts';
import { contextsPath, readContexts } from './contexts.ts';
import { environment } from './environment.ts';

type Flags = Readonly<Record<string, string | true>>;

const TIMEOUT_MS = 1500;
/** More than anybody reads. */
const NAMES_MAX = 200;

export async function namesFor(what: string, flags: Flags): Promise<readonly string[]> {
  try {
    if (what === 'context') return Object.keys(readContexts(contextsPath(environment)).contexts);
    return await namesOnServer(what, optionsIn(flags));
  } catch {
    return [];
  }
}

async function namesOnServer(
  what: string,
  options: ReturnType<typeof optionsIn>,
): Promise<readonly string[]> {
  if (what === 'namespace') return namespacesOf(await openOrdinal(options));
  if (what === 'stream') return streamsOf(await openOrdinal(options));
  const { namespace } = await openWithNamespace(options);
  const page = { limit: NAMES_MAX };
  switch (what) {
    case 'lock': {
      const result = await namespace.locks.list(page);
      return result.kind === 'page' ? result.locks.map(({ name }) => name) : [];
    }
    case 'election': {
      const result = await namespace.elections.list(page);
      return result.kind === 'page' ? result.elections.map(({ name }) => name) : [];
    }
    case 'group': {
      const result = await namespace.groups.list(page);
      return result.kind === 'page' ? result.groups.map(({ name }) => name) : [];
    }
    case 'lease': {
      const result = await namespace.leases.list(page);
      return result.kind === 'page' ? result.leases.map(({ lease }) => lease) : [];
    }
    case 'sequence': {
      const result = await namespace.sequences.list(page);
      return result.kind === 'page' ? result.sequences.map(({ name }) => name) : [];
    }
    case 'key': {
      const result = await namespace.keys.list(page);
      return result.kind === 'page' ? result.entries.map(({ key }) => key) : [];
    }
    case 'name': {
      const result = await namespace.names.list(page);
      return result.kind === 'page' ? result.names.map(({ name }) => name) : [];
    }
    default:
      return [];
  }
}

async function namespacesOf({ namespaces }: Ordinal): Promise<readonly string[]> {
  const result = await namespaces.list({ limit: NAMES_MAX });
  return result.kind === 'page' ? result.names : [];
}

async function streamsOf({ streams }: Ordinal): Promise<readonly string[]> {
  const result = await streams.list({ limit: NAMES_MAX });
  return result.kind === 'page' ? result.streams.map(({ name }) => name) : [];
}

function optionsIn(flags: Flags) {
  const text = (name: string) => {
    const value = flags[name];
    return typeof value === 'string' ? value : undefined;
  };
  return {
    url: text('url'),
    token: text('token'),
    context: text('context'),
    function: text('function'),
    region: text('region'),
    sigv4: flags['sigv4'] === undefined ? undefined : (true as const),
    namespace: text('namespace'),
    timeout: TIMEOUT_MS,
  };
}
