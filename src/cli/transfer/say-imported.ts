// The last words of an import.

import { json, line } from '../output.ts';

interface Counts {
  /** In the export. */
  readonly records: number;
  /** Brought in by this run. The others were there, or are of no use here. */
  readonly imported: number;
}

export function sayImported<All extends Counts>(
  { json: asJson }: { readonly json?: true | undefined },
  counts: All,
): Promise<void> {
  if (asJson) return json(counts);
  const { records, imported } = counts;
  const rest = imported === records ? '' : `; ${records - imported} were there or left out`;
  return line(`imported ${imported} of ${records} records, verified${rest}`);
}
