/** The parts one after the other, in memory of their own: whoever gets it may take its whole buffer. */
export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = parts.reduce((sum, part) => sum + part.length, 0);
  // Not cleared first: every byte is written. `Buffer.concat` would need a copy more, as it may answer a part
  // of a larger buffer.
  const { buffer } = Buffer.allocUnsafeSlow(bytes);
  const all = new Uint8Array(buffer);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
