// Producers on one log under fire: instances that share an id and take over from each other with a greater
// epoch, repeat what was not answered, and sometimes send one request through two servers at once. Beside
// them come writers with sequence texts.

import { textOf, utf8 } from '../../src/encoding/binary.ts';
import type { AppendResult } from '../../src/log/results.ts';
import { HistoryRecorder } from '../checker/history.ts';
import {
  type PlainTry,
  type ProducerAnswer,
  type ProducerTry,
  plainFaults,
  producerFaults,
  type SequenceTry,
  sequenceFaults,
  textOfRequest,
} from '../checker/producer-history.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { TRIM_AGE_MIN_MS } from './chaos.ts';
import type { Faults } from './faults.ts';
import type { SegmentCaps } from './scenarios.ts';
import type { SimulationResult } from './simulate.ts';
import { LOG, type Server } from './workload.ts';
import { World } from './world.ts';

export interface ProducerSimulationOptions {
  readonly seed: number;
  readonly steps: number;
  readonly faults: Faults;
  readonly servers: number;
  readonly clients: number;
  readonly caps?: SegmentCaps;
  readonly longPauses?: number;
  /** How many of the appends have no condition. */
  readonly plain?: number;
  readonly onTrace?: (line: string) => void;
}

/** Two instances share an id, so that they drive each other out. */
const INSTANCES_PER_ID = 2;
const SEQUENCE_DIGITS = 6;

interface Instance {
  readonly id: string;
  readonly client: number;
  readonly random: SeededRandom;
  epoch: number;
  sequence: number;
}

export async function simulateProducers(options: ProducerSimulationOptions): Promise<SimulationResult> {
  return new ProducerSimulation(options).run();
}

class ProducerSimulation {
  readonly #options: ProducerSimulationOptions;
  readonly #world: World;
  readonly #history = new HistoryRecorder();
  readonly #tries: ProducerTry[] = [];
  readonly #sequenced: SequenceTry[] = [];
  readonly #plain: PlainTry[] = [];
  #operations = 0;
  #unknown = 0;
  #texts = 0;

  constructor(options: ProducerSimulationOptions) {
    this.#options = options;
    this.#world = new World(options);
  }

  async run(): Promise<SimulationResult> {
    const world = this.#world;
    await world.run(async () => {
      const clients = Array.from({ length: this.#options.clients }, (_, client) => this.#client(client));
      await Promise.all(clients);
      if (world.findings.length === 0) await world.makePeace();
    });
    if (world.findings.length === 0) this.#verify();
    const { findings, faults, zombies, virtualMs, traceDigest } = world.report();
    return {
      ...{ findings, faults, zombies, virtualMs, traceDigest, history: this.#history },
      operations: this.#operations,
      unknown: this.#unknown,
    };
  }

  async #client(client: number): Promise<void> {
    const random = new SeededRandom(this.#world.random.below(2 ** 31));
    const id = `p${Math.floor(client / INSTANCES_PER_ID)}`;
    const instance: Instance = { id, client, random, epoch: 0, sequence: 0 };
    while (this.#operations < this.#options.steps && this.#world.findings.length === 0) {
      this.#operations += 1;
      await this.#think(random);
      if (random.chance(0.2)) await this.#appendSequenced(random);
      else if (random.chance(0.03)) beginAnew(instance, instance.epoch + 1);
      else if (random.chance(this.#options.plain ?? 0)) await this.#appendPlain(random);
      else await this.#send(instance);
    }
  }

  async #think(random: SeededRandom): Promise<void> {
    const { longPauses = 0.02 } = this.#options;
    const pauseMs = random.chance(longPauses) ? 2 * TRIM_AGE_MIN_MS : 20;
    await this.#world.scheduler.sleep(random.fraction() * pauseMs);
  }

  /** The request that is next. The instance goes on only once it knows that it was carried out. */
  async #send(instance: Instance): Promise<void> {
    const { random, epoch, sequence, id } = instance;
    const request = { id, epoch, sequence };
    const through = [this.#server(random), ...(random.chance(0.1) ? [this.#server(random)] : [])];
    const answers = await Promise.all(through.map((server) => this.#try(server, request)));
    for (const answer of answers) this.#learn(instance, request, answer);
  }

  #learn(
    instance: Instance,
    { epoch, sequence }: Omit<Instance, 'random' | 'client'>,
    answer: ProducerAnswer,
  ): void {
    const isCurrent = instance.epoch === epoch && instance.sequence === sequence;
    if (!isCurrent) return;
    if (answer.kind === 'appended' || answer.kind === 'repeated') instance.sequence += 1;
    if (answer.kind === 'stale' && instance.random.chance(0.5)) beginAnew(instance, answer.epoch + 1);
  }

  async #try(
    server: Server,
    request: { id: string; epoch: number; sequence: number },
  ): Promise<ProducerAnswer> {
    const sent = server.log.append([utf8(textOfRequest(request))], { producer: request });
    const answer = await this.#settled(server, sent, (result) => answerTo(result, request.id));
    this.#tries.push({ ...request, answer, atMs: this.#world.nowMs });
    if (answer.kind === 'unknown') this.#unknown += 1;
    this.#world.note(`${textOfRequest(request)} on ${server.process.name} → ${JSON.stringify(answer)}`);
    return answer;
  }

  async #appendPlain(random: SeededRandom): Promise<void> {
    const server = this.#server(random);
    this.#texts += 1;
    const texts = Array.from({ length: 1 + random.below(3) }, (_, index) => `n${this.#texts}.${index}`);
    const sent = server.log.append(texts.map(utf8));
    const answer = await this.#settled(server, sent, plainAnswer);
    this.#plain.push({ texts, answer });
    this.#world.note(`${texts.join()} on ${server.process.name} → ${JSON.stringify(answer)}`);
  }

  async #appendSequenced(random: SeededRandom): Promise<void> {
    const server = this.#server(random);
    // Unique, so that it can be told later whether this one is in the log.
    this.#texts += 1;
    const last = this.#texts;
    const next = Math.max(0, last + (random.chance(0.3) ? -random.below(4) : 0));
    const number = next * 10 + random.below(10);
    const sequence = `s${String(number).padStart(SEQUENCE_DIGITS, '0')}.${last}`;
    const sent = server.log.append([utf8(sequence)], { sequence });
    const answer = await this.#settled(server, sent, sequencedAnswer);
    this.#sequenced.push({ sequence, answer: answer.kind });
    this.#world.note(`${sequence} on ${server.process.name} → ${answer.kind}`);
  }

  /** What a client is told; nothing, where the server dies meanwhile. */
  async #settled<Answer extends { readonly kind: string }>(
    server: Server,
    sent: Promise<AppendResult>,
    answerOf: (result: AppendResult) => Answer | undefined,
  ): Promise<Answer | { readonly kind: 'unknown' | 'nothing' }> {
    const died = server.process.death.then(() => undefined);
    const result = await Promise.race([sent, died]);
    this.#world.progress.answered();
    if (!result) return { kind: 'unknown' };
    if (result.kind === 'failed') return { kind: result.definite ? 'nothing' : 'unknown' };
    const answer = answerOf(result);
    if (answer) return answer;
    this.#world.find(`an answer that nobody should get: ${JSON.stringify(result)}`);
    return { kind: 'nothing' };
  }

  #server(random: SeededRandom): Server {
    const index = this.#world.chooseServer(random);
    const server = this.#world.servers[index];
    if (!server) throw new Error('no server');
    this.#world.chaos.disturb(index, server);
    return this.#world.servers[index] ?? server;
  }

  #verify(): void {
    const order = this.#world.witness
      .order(LOG)
      .map(({ data, appendedAtMs }) => ({ text: textOf(data), appendedAtMs }));
    const isSequenced = ({ text }: { text: string }) => text.startsWith('s');
    const produced = order.map((one) => (one.text.startsWith('p') ? one : undefined));
    const sequenced = order.filter(isSequenced).map(({ text }) => text);
    const texts = order.map(({ text }) => text);
    const faults = [
      ...producerFaults(this.#tries, produced),
      ...sequenceFaults(this.#sequenced, sequenced),
      ...plainFaults(this.#plain, texts),
    ];
    for (const fault of faults.slice(0, 3)) this.#world.find(fault);
  }
}

function beginAnew(instance: Instance, epoch: number): void {
  instance.epoch = epoch;
  instance.sequence = 0;
}

function answerTo(result: AppendResult, id: string): ProducerAnswer | undefined {
  if (result.kind === 'appended') return { kind: 'appended', first: result.first };
  if (result.kind !== 'refused') return undefined;
  const state = result.metadata?.producers?.get(id);
  if (!state) return undefined;
  if (result.reason === 'repeated') return { kind: 'repeated', ...state };
  return result.reason === 'stale-epoch' ? { kind: 'stale', epoch: state.epoch } : undefined;
}

function plainAnswer(result: AppendResult): { kind: 'appended'; first: number } | undefined {
  return result.kind === 'appended' ? { kind: 'appended', first: result.first } : undefined;
}

function sequencedAnswer(result: AppendResult): { kind: 'appended' | 'behind' } | undefined {
  if (result.kind === 'appended') return { kind: 'appended' };
  return result.kind === 'refused' && result.reason === 'sequence-behind' ? { kind: 'behind' } : undefined;
}
