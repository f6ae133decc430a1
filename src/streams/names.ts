// Where a stream is in the store.

/** The log of the stream at `path`. */
export function streamLogName(path: string): string {
  return `stream/${path}`;
}
