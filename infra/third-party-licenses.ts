// The licences of what a bundle holds of others: whoever passes the bundle on passes them on, too.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BundleContents } from './bundle.ts';

const PLACE = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/;
const LICENSE_FILE = /^(?:licen[cs]e|notice)(?:[.-].*)?$/i;

/** Writes one file for all packages that `bundles` hold, in the order of their names. */
export function writeLicenses(path: string, bundles: readonly BundleContents[]): void {
  const inputs = bundles.flatMap(({ outputs }) =>
    Object.values(outputs).flatMap((output) => Object.keys(output.inputs)),
  );
  const places = new Set(inputs.flatMap((file) => PLACE.exec(file) ?? []));
  // Many packages have one text in common.
  const byText = new Map<string, string[]>();
  for (const place of places) {
    const text = textsIn(place);
    byText.set(text, [...(byText.get(text) ?? []), place]);
  }
  const sections = [...byText].map(
    ([text, sharing]) => `${sharing.map(nameOf).toSorted().join('\n')}\n\n${text}`,
  );
  const head =
    'The files beside this one hold code of the packages below. Each list of packages has its licence behind it.';
  writeFileSync(path, `${head}\n\n${sections.toSorted().join('\n')}`);
}

function nameOf(place: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(place, 'package.json'), 'utf8'));
  return `${name} ${version}: ${license}`;
}

function textsIn(place: string): string {
  const files = readdirSync(place).filter((file) => LICENSE_FILE.test(file));
  return files
    .toSorted()
    .map((file) => `${readFileSync(join(place, file), 'utf8').trim()}\n`)
    .join('\n');
}
