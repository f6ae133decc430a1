// `ordinal backup <directory>`: copies the data directory while servers use it, and reports its
// progress.

import { messageOf, StartupError } from '../server/startup-error.ts';
import { BackupError, backUp } from '../store/sqlite/backup.ts';

const TENTHS = 10;

/** @throws StartupError */
export async function runBackup(from: string, to: string, print: (line: string) => void): Promise<void> {
  let tenthsPrinted = 0;
  const onProgress = ({ pages, pagesInAll }: { pages: number; pagesInAll: number }) => {
    const tenths = Math.floor((TENTHS * pages) / Math.max(1, pagesInAll));
    if (tenths === tenthsPrinted) return;
    tenthsPrinted = tenths;
    print(`${tenths * TENTHS} % copied`);
  };
  try {
    const bytes = await backUp({ from, to, onProgress });
    print(`${to} holds a copy of ${from}: ${bytes} bytes, verified`);
  } catch (cause) {
    if (cause instanceof BackupError) throw new StartupError(cause.message, { cause });
    throw new StartupError(`cannot copy ${from} to ${to}: ${messageOf(cause)}`, { cause });
  }
}
