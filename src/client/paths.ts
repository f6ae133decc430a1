// What cannot be a part of a URL's path.

/** In a URL they mean the place above, however they are written. */
export function isDotSegment(part: string): boolean {
  return part === '.' || part === '..';
}
