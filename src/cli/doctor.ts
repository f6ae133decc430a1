// `ordinal doctor`: examines the table or the database and the named logs, changes nothing, and reports
// its findings.

import type { Finding } from '../api/diagnostics.ts';
import { checkLog } from '../diagnostics/log-check.ts';
import { checkDirectory, checkTableNamed } from '../diagnostics/place-check.ts';
import type { Store } from '../log/store.ts';
import type { StoreSettings } from '../server/settings.ts';
import { machineNamed } from '../server/state-machines.ts';

const MARKS: Record<Finding['severity'], string> = {
  ok: 'ok      ',
  warning: 'warning ',
  unknown: 'unknown ',
  fault: 'FAULT   ',
};

/** Whether everything examined is sound; warnings do not count against it. Closes the store. */
export async function runDoctor(
  store: Store,
  settings: StoreSettings,
  logs: readonly string[],
  print: (line: string) => void,
): Promise<boolean> {
  let isSound = true;
  const say = ({ severity, log, what, advice }: Finding) => {
    if (severity === 'fault') isSound = false;
    print(`${MARKS[severity]}${log === undefined ? '' : `${log}: `}${what}`);
    if (advice !== undefined) print(`        → ${advice}`);
  };
  try {
    for (const finding of await checkPlace(settings)) say(finding);
    for (const log of logs) {
      for (const finding of await checkLog(store, log, undefined, machineNamed)) say(finding);
    }
  } finally {
    await store.close();
  }
  return isSound;
}

async function checkPlace(settings: StoreSettings): Promise<Finding[]> {
  if (settings.store === 'sqlite') return checkDirectory(settings.data);
  if (settings.store !== 'dynamodb' || settings.table === undefined) return [];
  return checkTableNamed(settings.table);
}
