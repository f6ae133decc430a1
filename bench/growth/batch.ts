// What logs grow by.

/** Records that fill about one segment. */
export const BATCH = Array<Uint8Array>(36).fill(new Uint8Array(100));
