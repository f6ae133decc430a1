// A conversation with several servers, line by line.

import { MemoryStore } from '../../src/store/memory.ts';
import { virtualTime } from '../support/server-on.ts';
import { type Line, lineOf, msIn } from './transcript-line.ts';
import { TranscriptLog, TranscriptServer } from './transcript-servers.ts';
import * as text from './transcript-text.ts';

export class TranscriptSession {
  readonly #time = virtualTime();
  readonly #store = new MemoryStore();
  readonly #log = new TranscriptLog(this.#store);
  readonly #servers = new Map<string, TranscriptServer>();
  readonly #streams = new Map<string, AbortController>();
  /** What was told since the last answer. */
  #told: string[] = [];

  /** What came of the line: new records, and what was told. */
  async answer(line: string): Promise<string[]> {
    await this.#say(lineOf(line), line);
    const told = this.#told;
    this.#told = [];
    return [...(await this.#log.news()), ...told];
  }

  async #say(line: Line, said: string): Promise<void> {
    if (line.server !== undefined) return this.#sayTo(this.#server(line.server), line);
    switch (line.verb) {
      case 'pass':
        return this.#time.pass(msIn(line.word(0)));
      case 'kill':
        return this.#server(line.word(0)).process.kill();
      case 'stop':
        this.#streams.get(line.word(0))?.abort();
        return this.#settled();
      default:
        throw new Error(`not understood: ${said}`);
    }
  }

  #server(name: string): TranscriptServer {
    const known = this.#servers.get(name);
    if (known && !known.process.alive) throw new Error(`server ${name} was killed`);
    if (known) return known;
    const started = new TranscriptServer(this.#store, this.#time.newProcess());
    this.#servers.set(name, started);
    return started;
  }

  async #sayTo(server: TranscriptServer, line: Line): Promise<void> {
    const background = beginning(server, line);
    if (background) {
      void this.#collect(server, background);
      return this.#settled();
    }
    const waiting = line.ms('wait') !== undefined;
    const answer = requested(server, line);
    if (!waiting) {
      this.#told.push(await this.#time.outcomeOf(answer));
      return;
    }
    let isPrompt = true;
    void answer.then((outcome) => {
      if (!server.process.alive) return;
      this.#told.push(isPrompt ? outcome : `${line.word(0)} of ${line.word(1)}: ${outcome}`);
    });
    await this.#settled();
    if (this.#told.length === 0) this.#told.push('waits');
    isPrompt = false;
  }

  /** Tells the events of a stream, as they come. */
  async #collect(server: TranscriptServer, { name, events }: Beginning): Promise<void> {
    const end = new AbortController();
    this.#streams.set(name, end);
    for await (const event of events(end.signal)) {
      if (server.process.alive) this.#told.push(`${name}: ${event}`);
    }
    if (server.process.alive) this.#told.push(`${name}: ends`);
  }

  /** Lets everything go on that needs no time. */
  #settled(): Promise<void> {
    return this.#time.pass(0);
  }
}

interface Beginning {
  readonly name: string;
  events(signal: AbortSignal): AsyncIterable<string>;
}

/** What goes on until it is stopped; undefined for a request with one answer. */
function beginning({ namespace }: TranscriptServer, line: Line): Beginning | undefined {
  const { name, verb } = line;
  if (verb !== 'observe' && verb !== 'watch') return undefined;
  if (name === undefined) throw new Error(`${verb} needs a name`);
  const events = (signal: AbortSignal) =>
    verb === 'observe'
      ? shown(namespace.elections.observe(line.word(0), signal), text.leader)
      : shown(
          namespace.watch({ prefix: line.text('prefix'), after: line.position('after'), signal }),
          text.event,
        );
  return { name, events };
}

async function* shown<T>(events: AsyncIterable<T>, show: (event: T) => string): AsyncGenerator<string> {
  for await (const event of events) yield show(event);
}

async function requested(server: TranscriptServer, line: Line): Promise<string> {
  const { locks, elections, leases, keys } = server.namespace;
  const asked = () => ({ lease: line.word(1), ttlMs: line.ms('ttl'), waitMs: line.ms('wait') });
  switch (line.verb) {
    case 'acquire':
      return text.acquired(await locks.acquire(line.word(0), asked()));
    case 'release':
      return text.plain(await locks.release(line.word(0), line.word(1)));
    case 'lock':
      return text.lock(await locks.lookUp(line.word(0)));
    case 'campaign':
      return text.elected(await elections.campaign(line.word(0), { ...asked(), value: line.text('value') }));
    case 'proclaim':
      return text.plain(await elections.proclaim(line.word(0), line.word(1), line.word(2)));
    case 'resign':
      return text.plain(await elections.resign(line.word(0), line.word(1)));
    case 'leader':
      return text.leading(await elections.lookUp(line.word(0)));
    case 'renew':
      return text.plain(await leases.renew([line.word(0)]));
    case 'revoke':
      return text.plain(await leases.revoke(line.word(0)));
    case 'put':
      return text.plain(await keys.put(line.word(0), line.word(1)));
    case 'delete':
      return text.plain(await keys.delete(line.word(0)));
    case 'keys':
      return text.keys(await keys.list());
    case 'compact':
      return server.compact(Number(line.word(0)));
    case 'maintain':
      return server.maintain();
    case 'GET':
      return server.request(line.path);
    case 'events':
      return server.requestEvents(line.path);
    default:
      throw new Error(`not understood: ${line.verb}`);
  }
}
