// A cache of objects by name, bounded in bytes. It finds an evicted object that is still in use, so there are
// never two objects of one name.

export interface ObjectCacheOptions<T> {
  /** The bound on the bytes of all objects together. */
  readonly bytesMax: number;
  readonly sizeOf: (value: T) => number;
  readonly create: (name: string) => T;
}

/** Objects grow while they are used, so they are measured again after at least this many uses. */
const MEASURED_EVERY_MIN = 64;
const SHARE_BETWEEN_MEASURES = 8;
/**
 * How many of the last used objects are never evicted. To make a large one anew for every request is worse
 * than to exceed the bound.
 */
const KEPT_MIN = 4;

export class ObjectCache<T extends object> {
  readonly #options: ObjectCacheOptions<T>;
  /** The object used last is at the end. */
  readonly #byName = new Map<string, T>();
  /** Objects that may still be in use. */
  readonly #evicted = new Map<string, WeakRef<T>>();
  readonly #collected = new FinalizationRegistry<string>((name) => {
    if (this.#evicted.get(name)?.deref() === undefined) this.#evicted.delete(name);
  });
  #last: { readonly name: string; readonly value: T } | undefined;
  #usesUntilMeasure = MEASURED_EVERY_MIN;

  constructor(options: ObjectCacheOptions<T>) {
    this.#options = options;
  }

  get(name: string): T {
    if (this.#last?.name === name) return this.#last.value;
    const found = this.#byName.get(name) ?? this.#readmit(name) ?? this.#options.create(name);
    this.#byName.delete(name);
    this.#byName.set(name, found);
    this.#last = { name, value: found };
    this.#usesUntilMeasure -= 1;
    if (this.#usesUntilMeasure <= 0) this.#evict();
    return found;
  }

  /** All objects that are kept or still in use. */
  values(): T[] {
    const inUse = [...this.#evicted.values()].flatMap((reference) => reference.deref() ?? []);
    return [...this.#byName.values(), ...inUse];
  }

  #readmit(name: string): T | undefined {
    const found = this.#evicted.get(name)?.deref();
    this.#evicted.delete(name);
    return found;
  }

  /** Evicts the objects that have not been used for the longest time. */
  #evict(): void {
    const { bytesMax, sizeOf } = this.#options;
    const sizes = [...this.#byName].map(([name, value]) => ({ name, value, bytes: sizeOf(value) }));
    let bytes = sizes.reduce((sum, one) => sum + one.bytes, 0);
    for (const { name, value, bytes: size } of sizes.slice(0, -KEPT_MIN)) {
      if (bytes <= bytesMax) break;
      bytes -= size;
      this.#byName.delete(name);
      this.#evicted.set(name, new WeakRef(value));
      this.#collected.register(value, name);
    }
    this.#usesUntilMeasure = Math.max(MEASURED_EVERY_MIN, this.#byName.size / SHARE_BETWEEN_MEASURES);
  }
}
