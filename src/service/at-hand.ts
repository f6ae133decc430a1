// Objects by name, kept while they fit into a number of bytes. Whatever does not fit and is still in use is found all the same.

export interface AtHandOptions<T> {
  /** Of all objects together. */
  readonly bytesMax: number;
  readonly sizeOf: (value: T) => number;
  readonly create: (name: string) => T;
}

/** Objects grow while they are used, so they are measured again and again: each once in so many uses of others, at most. */
const MEASURED_EVERY_MIN = 64;
const SHARE_BETWEEN_MEASURES = 8;
/** However large they are: to make one of those anew for every other request would be worse than to be over the bound. */
const KEPT_MIN = 4;

export class AtHand<T extends object> {
  readonly #options: AtHandOptions<T>;
  /** The one used last is at the end. */
  readonly #byName = new Map<string, T>();
  /** Put away, but perhaps still in somebody's hands: two of one name would not know of each other. */
  readonly #putAway = new Map<string, WeakRef<T>>();
  readonly #collected = new FinalizationRegistry<string>((name) => {
    if (this.#putAway.get(name)?.deref() === undefined) this.#putAway.delete(name);
  });
  #last: { readonly name: string; readonly value: T } | undefined;
  #usesUntilMeasure = MEASURED_EVERY_MIN;

  constructor(options: AtHandOptions<T>) {
    this.#options = options;
  }

  get(name: string): T {
    if (this.#last?.name === name) return this.#last.value;
    const found = this.#byName.get(name) ?? this.#takeBack(name) ?? this.#options.create(name);
    this.#byName.delete(name);
    this.#byName.set(name, found);
    this.#last = { name, value: found };
    this.#usesUntilMeasure -= 1;
    if (this.#usesUntilMeasure <= 0) this.#makeRoom();
    return found;
  }

  /** Everything that is kept, and everything else that somebody still uses. */
  values(): T[] {
    const inUse = [...this.#putAway.values()].flatMap((reference) => reference.deref() ?? []);
    return [...this.#byName.values(), ...inUse];
  }

  #takeBack(name: string): T | undefined {
    const found = this.#putAway.get(name)?.deref();
    this.#putAway.delete(name);
    return found;
  }

  /** Puts away what has not been used for the longest time. */
  #makeRoom(): void {
    const { bytesMax, sizeOf } = this.#options;
    const sizes = [...this.#byName].map(([name, value]) => ({ name, value, bytes: sizeOf(value) }));
    let bytes = sizes.reduce((sum, one) => sum + one.bytes, 0);
    for (const { name, value, bytes: size } of sizes.slice(0, -KEPT_MIN)) {
      if (bytes <= bytesMax) break;
      bytes -= size;
      this.#byName.delete(name);
      this.#putAway.set(name, new WeakRef(value));
      this.#collected.register(value, name);
    }
    this.#usesUntilMeasure = Math.max(MEASURED_EVERY_MIN, this.#byName.size / SHARE_BETWEEN_MEASURES);
  }
}
