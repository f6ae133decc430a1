// Says how far a benchmark has come, where it does not mix with its results.

const startedAt = performance.now();

export function say(text: string): void {
  const seconds = String(Math.round((performance.now() - startedAt) / 1000)).padStart(4);
  process.stderr.write(`${seconds} s  ${text}\n`);
}
