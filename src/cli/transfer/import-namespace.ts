// `ordinal import namespace`.

import type { KeyEntry } from '../../api/keys.ts';
import type { Namespace } from '../../api/ordinal.ts';
import type { Operation } from '../../api/transactions.ts';
import { type NamespaceOptions, openWithNamespace } from '../connection.ts';
import { badInput, CommandFailure, no, settled } from '../failure.ts';
import { inputOf } from '../input.ts';
import { contentOf, keyRecordIn } from './format.ts';
import { cutOff, itemsIn, notARecord, verifyFile } from './lines-in.ts';
import { Progress } from './progress.ts';
import { sayImported } from './say-imported.ts';

interface ImportOptions extends NamespaceOptions {
  readonly overwrite?: true | undefined;
  readonly keepLeased?: true | undefined;
}

interface Wanted {
  readonly key: string;
  readonly value: Buffer;
}

/** A transaction has at most 128 operations, and a command of the log 256 KB. */
const BATCH_KEYS_MAX = 100;
const BATCH_BYTES_MAX = 160 * 1024;
/** A key stands in a transaction as a check, a put and a get. */
const KEY_MENTIONS = 3;

export async function importNamespace(
  name: string,
  file: string | undefined,
  options: ImportOptions,
): Promise<void> {
  if (file !== undefined && file !== '-') await verifyFile(file);
  const { namespace } = await openWithNamespace({ ...options, namespace: name });
  const importer = new NamespaceImport(namespace, options);
  let isDone = false;
  try {
    for await (const item of itemsIn(await inputOf(file))) {
      if (item.kind === 'header' && item.header.ordinal !== 'namespace') {
        throw badInput('this is the export of a stream', true);
      }
      if (item.kind === 'record') await importer.take(item.line, item.number);
      if (item.kind === 'footer') isDone = true;
    }
    await importer.flush();
    if (!isDone) throw cutOff();
  } catch (error) {
    if (error instanceof CommandFailure) error.before = importer.said;
    throw error;
  } finally {
    importer.progress.end();
  }
  await sayImported(options, { namespace: name, ...importer.counts });
}

class NamespaceImport {
  readonly progress = new Progress('imported');
  readonly #namespace: Namespace;
  readonly #options: ImportOptions;
  #batch: Wanted[] = [];
  #batchBytes = 0;
  #records = 0;
  #imported = 0;
  #leased = 0;

  constructor(namespace: Namespace, options: ImportOptions) {
    this.#namespace = namespace;
    this.#options = options;
  }

  async take(line: string, number: number): Promise<void> {
    const record = keyRecordIn(line);
    if (!record) throw notARecord(number);
    const value = contentOf(record);
    this.#records += 1;
    this.progress.add(1, value.length);
    // It says that somebody is there, and that somebody keeps no lease here.
    if (record.lease !== undefined && !this.#options.keepLeased) {
      this.#leased += 1;
      return;
    }
    const bytes = Buffer.byteLength(record.key) * KEY_MENTIONS + value.length;
    const isFull = this.#batch.length >= BATCH_KEYS_MAX || this.#batchBytes + bytes > BATCH_BYTES_MAX;
    if (isFull) await this.flush();
    this.#batch.push({ key: record.key, value });
    this.#batchBytes += bytes;
  }

  async flush(): Promise<void> {
    let missing = this.#batch;
    this.#batch = [];
    this.#batchBytes = 0;
    while (missing.length > 0) {
      const there = await this.#putAbsent(missing);
      if (there === undefined) {
        this.#imported += missing.length;
        return;
      }
      missing = await this.#withoutThose(missing, there);
    }
  }

  get counts() {
    return { records: this.#records, imported: this.#imported, leftOutWithLease: this.#leased };
  }

  get said(): string | undefined {
    return this.#imported === 0 ? undefined : `${this.#imported} keys were imported before`;
  }

  /** Puts all of them if none is there. Otherwise those that are. */
  async #putAbsent(wanted: readonly Wanted[]): Promise<ReadonlyMap<string, KeyEntry> | undefined> {
    const result = settled(
      await this.#namespace.transact({
        checks: wanted.map(({ key }) => ({ key, is: '=', target: 'version', to: 0 })),
        then: wanted.map(put),
        else: wanted.map(({ key }) => ({ kind: 'get', key })),
      }),
    );
    if (result.kind === 'refused') throw no('transaction-refused', `${result.reason} in ${result.path}`);
    if (result.succeeded) return undefined;
    const entries = result.results.flatMap((one) => (one.kind === 'get' ? one.entries : []));
    return new Map(entries.map((entry) => [entry.key, entry]));
  }

  /** An import that was cut off has left keys with these values. Others are somebody else's. */
  async #withoutThose(wanted: Wanted[], there: ReadonlyMap<string, KeyEntry>): Promise<Wanted[]> {
    const others = wanted.filter(({ key, value }) => {
      const entry = there.get(key);
      return entry !== undefined && !value.equals(entry.value);
    });
    const [first] = others;
    if (first && !this.#options.overwrite) {
      throw no('key-exists', `${first.key} is there with another value; --overwrite changes it`);
    }
    if (first) {
      settled(await this.#namespace.transact({ then: others.map(put) }));
      this.#imported += others.length;
    }
    return wanted.filter(({ key }) => !there.has(key));
  }
}

function put({ key, value }: Wanted): Operation {
  return { kind: 'put', key, value };
}
