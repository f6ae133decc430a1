// Tells two commands apart that came under one request id: 64 bits by FNV-1a (Fowler, Noll and Vo), in two
// halves with different starts. It guards against mistakes of clients, not against malice: a client that can
// choose commands can also choose request ids.

const PRIME = 0x01000193;
const STARTS = [0x811c9dc5, 0x9747b28c] as const;

/** 16 hexadecimal digits. */
export function fingerprintOf(bytes: Uint8Array): string {
  return STARTS.map((start) => half(bytes, start)).join('');
}

function half(bytes: Uint8Array, start: number): string {
  let hash = start;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, PRIME) >>> 0;
  return hash.toString(16).padStart(8, '0');
}
