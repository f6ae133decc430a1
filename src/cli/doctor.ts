// `npm start -- doctor`: looks at the table and at the logs that are named, changes nothing, and says what it found.

import { checkChain } from '../diagnostics/chain-check.ts';
import { checkSnapshots, type SnapshotReport } from '../diagnostics/snapshot-check.ts';
import { type Store, StoreError } from '../log/store.ts';
import { machineNameOf } from '../replica/identity.ts';
import type { Settings } from '../server/settings.ts';
import { kernel } from '../state-machine/kernel/kernel.ts';
import type { Finding } from '../store/dynamodb/table-check.ts';

const MARKS: Record<Finding['level'], string> = {
  ok: 'ok      ',
  warning: 'warning ',
  unknown: 'unknown ',
  fault: 'FAULT   ',
};

/** Answers whether everything that was looked at is sound; warnings do not count against it. */
export async function doctor(
  store: Store,
  settings: Settings,
  print: (line: string) => void,
): Promise<boolean> {
  let sound = true;
  const say = ({ level, text }: Finding) => {
    if (level === 'fault') sound = false;
    print(`${MARKS[level]}${text}`);
  };
  for (const finding of await placeFindings(settings)) say(finding);
  for (const log of settings.logs) {
    try {
      for (const finding of await logFindings(store, log)) say(finding);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      say({ level: 'fault', text: `${log}: cannot be read: ${error.message}` });
    }
  }
  return sound;
}

async function placeFindings(settings: Settings): Promise<Finding[]> {
  if (settings.store === 'sqlite') return databaseFindings(settings.data);
  if (settings.store !== 'dynamodb' || settings.table === undefined) return [];
  return tableFindings(settings.table);
}

async function databaseFindings(directory: string): Promise<Finding[]> {
  const { faultsOf } = await import('../store/sqlite/integrity.ts');
  const faults = faultsOf(directory).map((text) => ({ level: 'fault', text }) as const);
  return faults.length > 0 ? faults : [{ level: 'ok', text: `the database in ${directory} is sound` }];
}

async function tableFindings(table: string): Promise<Finding[]> {
  const { dynamoDbClient } = await import('../store/dynamodb/client.ts');
  const { checkTable } = await import('../store/dynamodb/table-check.ts');
  const client = dynamoDbClient();
  try {
    return await checkTable(client, table);
  } finally {
    client.destroy();
  }
}

/** Of a log that is no namespace's there are none. */
async function snapshotFindings(store: Store, log: string): Promise<SnapshotReport> {
  const { segment } = await store.last(log);
  const name = segment && machineNameOf(segment.metadata);
  if (name === kernel.name) return checkSnapshots({ store, log, machine: kernel });
  if (name === undefined) return { newest: undefined, faults: [] };
  const fault = `it runs the state machine "${name}", which this program does not know`;
  return { newest: undefined, faults: [fault] };
}

async function logFindings(store: Store, log: string): Promise<Finding[]> {
  const chain = await checkChain(store, log);
  if (chain.segments === 0) return [{ level: 'warning', text: `${log}: there is no such log` }];
  const { newest, faults } = await snapshotFindings(store, log);
  const found: Finding[] = [...chain.faults, ...faults].map((text) => ({
    level: 'fault',
    text: `${log}: ${text}`,
  }));
  const { segments, records, tail, trimmedTo, zombies } = chain;
  const begin = trimmedTo === 0 ? '' : `, trimmed to ${trimmedTo}`;
  const level = chain.faults.length === 0 ? 'ok' : 'warning';
  found.push({ level, text: `${log}: ${records} records in ${segments} segments, tail ${tail}${begin}` });
  if (newest)
    found.push({
      level: 'ok',
      text: `${log}: snapshot at ${newest.position}, ${tail - newest.position} commands behind`,
    });
  if (zombies > 0)
    found.push({ level: 'ok', text: `${log}: ${zombies} segments behind the trim point, for the next trim` });
  return found;
}
