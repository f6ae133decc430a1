// Which part of a namespace's keys belongs to which recipe. Stored: these never change.

export const NAME_PREFIX = 'name/';

export function nameKey(canonical: string): string {
  return NAME_PREFIX + canonical;
}
