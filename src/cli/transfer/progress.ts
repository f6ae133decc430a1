// How far a transfer has come, for the person at the terminal. In a pipe there is nothing to see.

const INTERVAL_MS = 200;
const KILO = 1000;
const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];
/** Back to the beginning of the line, and clear what is there. */
const REWIND = '\r\u001b[K';

export class Progress {
  readonly #verb: string;
  readonly #begunMs = performance.now();
  #records = 0;
  #bytes = 0;
  #shownMs = 0;
  #isShown = false;

  constructor(verb: string) {
    this.#verb = verb;
  }

  /** @param share of the whole, where it is known */
  add(records: number, bytes: number, share?: number): void {
    this.#records += records;
    this.#bytes += bytes;
    const now = performance.now();
    if (!process.stderr.isTTY || now - this.#shownMs < INTERVAL_MS) return;
    this.#shownMs = now;
    this.#isShown = true;
    const percent = share === undefined ? '' : ` (${Math.floor(Math.min(1, share) * 100)} %)`;
    process.stderr.write(`${REWIND}${this.#text()}${percent}`);
  }

  /** Takes the line away, so that what comes next has it. */
  end(): void {
    if (this.#isShown) process.stderr.write(REWIND);
    this.#isShown = false;
  }

  #text(): string {
    const seconds = Math.max(0.001, (performance.now() - this.#begunMs) / 1000);
    return `${this.#verb} ${this.#records} records, ${sizeText(this.#bytes)}, ${sizeText(this.#bytes / seconds)}/s`;
  }
}

function sizeText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= KILO && unit < UNITS.length - 1) {
    value /= KILO;
    unit += 1;
  }
  return `${unit === 0 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}
