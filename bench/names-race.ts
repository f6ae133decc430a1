// `npm run bench -- names`: two claimants race for every word of an English word list, over HTTP, on 64
// connections. Then everything is checked: one winner per word, the same one on every later read, positions
// 1 … n in the log with no gap and no repeat.

import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import wordListPath from 'word-list';
import { Log } from '../src/log/log.ts';
import { SqliteStore } from '../src/store/sqlite/store.ts';
import { startServer } from '../test/support/server-process.ts';
import { numbersFromFlags } from './arguments.ts';

const USAGE = `Usage: npm run bench -- names [options]

  --words <number>         how many words of the list (default: all)
  --connections <number>   how many requests at once (default 64)
  --servers <number>       how many servers on the directory (default 1)`;

interface Claim {
  readonly word: string;
  readonly owner: string;
}

interface Holding {
  readonly name: string;
  readonly owner: string;
  readonly claimedAt: number;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function must(condition: boolean, what: string): void {
  if (condition) return;
  process.stderr.write(`WRONG: ${what}\n`);
  process.exit(1);
}

async function firstWords(count: number): Promise<string[]> {
  const words: string[] = [];
  for await (const line of createInterface({ input: createReadStream(wordListPath) })) {
    if (line) words.push(line);
    if (words.length === count) break;
  }
  return words;
}

/** Both claims of a word go out at nearly the same time, through different connections. */
function claimsOf(words: readonly string[]): Claim[] {
  return words.flatMap((word, index) => {
    const pair = [
      { word, owner: 'first' },
      { word, owner: 'second' },
    ];
    return index % 2 === 0 ? pair : pair.reverse();
  });
}

/** Requests on so many connections at once. */
class Crowd {
  readonly #connections: number;
  readonly #agent: Agent;

  constructor(connections: number) {
    this.#connections = connections;
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  close(): void {
    this.#agent.destroy();
  }

  ask(method: string, url: string, body?: object): Promise<{ status: number; body: unknown }> {
    return new Promise((resolve, reject) => {
      const sent = request(url, { method, agent: this.#agent }, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part) => parts.push(part));
        response.on('end', () => {
          const text = Buffer.concat(parts).toString();
          resolve({ status: response.statusCode ?? 0, body: text === '' ? undefined : JSON.parse(text) });
        });
      });
      sent.on('error', reject);
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  /** Runs `step` for every item on `connections` at once, with progress shown; answers how many a second. */
  async forAll<T>(
    what: string,
    items: readonly T[],
    step: (item: T, index: number) => Promise<void>,
  ): Promise<number> {
    const startedAt = performance.now();
    let next = 0;
    let done = 0;
    const rate = () => Math.round((done * 1000) / (performance.now() - startedAt));
    const progress = setInterval(
      () => say(`  ${what}: ${done} of ${items.length}, ${rate()} a second`),
      5000,
    );
    const loop = async () => {
      for (let item = items[next]; item !== undefined; item = items[next]) {
        const index = next;
        next += 1;
        await step(item, index);
        done += 1;
      }
    };
    await Promise.all(Array.from({ length: this.#connections }, loop));
    clearInterval(progress);
    say(`${what}: ${done}, ${rate()} a second`);
    return rate();
  }
}

export async function run(args: readonly string[]): Promise<void> {
  const options = numbersFromFlags(USAGE, args, { words: 274_137, connections: 64, servers: 1 });
  const crowd = new Crowd(options.connections);
  const words = await firstWords(options.words);
  const directory = await mkdtemp(join(tmpdir(), 'ordinal-race-'));
  const servers = await Promise.all(
    Array.from({ length: options.servers }, () => startServer(['--data', directory])),
  );
  const urlFor = (index: number) => servers[index % servers.length]?.url ?? '';
  say(
    `${words.length} words, two claimants each, ${options.connections} connections, ${options.servers} server(s) on SQLite`,
  );

  const winners = new Map<string, Holding>();
  const losers = new Map<string, Holding>();
  await crowd.forAll('claims', claimsOf(words), async ({ word, owner }, index) => {
    const { status, body } = await crowd.ask('PUT', `${urlFor(index)}/v1/names/${word}`, { owner });
    if (status === 201) {
      must(!winners.has(word), `two winners of ${word}`);
      winners.set(word, body as Holding);
    } else {
      must(status === 409, `${word}: status ${status} ${JSON.stringify(body)}`);
      losers.set(word, (body as { holder: Holding }).holder);
    }
  });
  must(
    winners.size === words.length && losers.size === words.length,
    'not one winner and one loser per word',
  );
  for (const [word, winner] of winners) {
    must(losers.get(word)?.owner === winner.owner, `${word}: winner and loser disagree`);
  }

  await crowd.forAll('linearizable look-ups', words, async (word, index) => {
    const { status, body } = await crowd.ask('GET', `${urlFor(index)}/v1/names/${word}`);
    const { owner, claimedAt } = body as Holding;
    const winner = winners.get(word);
    must(
      status === 200 && owner === winner?.owner && claimedAt === winner.claimedAt,
      `${word}: the holder has changed`,
    );
  });

  for (const server of servers) must((await server.end('SIGTERM')) === 0, 'a server did not end well');
  const store = new SqliteStore(directory);
  const count = await readThrough(new Log(store, 'namespace/default'), (position, at) => position === at);
  // The loser of a word leaves a record only if the server did not know the winner yet.
  must(count >= words.length && count <= 2 * words.length, `${count} records in the log`);
  const positions = new Set([...winners.values()].map((winner) => winner.claimedAt));
  must(positions.size === words.length, 'two words were claimed at one position');
  say(`log read through: positions 1 … ${count}, no gap, no repeat`);
  await store.close();
  crowd.close();
  await rm(directory, { recursive: true });
  say('every word has exactly one winner, the same on every read');
}

/** Reads the whole log; every record must be at the position that it is expected at. */
async function readThrough(log: Log, isAt: (position: number, expected: number) => boolean): Promise<number> {
  const startedAt = performance.now();
  let count = 0;
  let result = await log.read(0);
  for (;;) {
    if (result.kind !== 'records') throw new Error(`the log is ${result.kind}`);
    for (const { position } of result.records) {
      count += 1;
      must(isAt(position, count), `record ${count} is at position ${position}`);
    }
    if (result.upToDate) break;
    result = await log.read(result.cursor);
  }
  say(`read: ${count}, ${Math.round((count * 1000) / (performance.now() - startedAt))} a second`);
  return count;
}
