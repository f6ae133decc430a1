// Plays a sequence on a server: what every connection is told, step by step.

import { RawConnection } from './connection.ts';
import { childrenOf, displaced, placed } from './place.ts';
import type { Connected, Message } from './replies.ts';
import type { Request } from './requests.ts';
import type { Sequence, Slot, Step } from './steps.ts';

/** What each slot has received during the step, and until nothing more of it was to come. */
export type Observed = readonly [readonly Message[], readonly Message[], readonly Message[]];

export type Transcript = readonly Observed[];

const SLOTS: readonly Slot[] = [0, 1, 2];
const CLOSING_MAX_MS = 15_000;
const LOOK_PAUSE_MS = 10;
const LOOKS_MAX = 3000;
const NO_NODE = -101;
/** After these errors, authentication failed and unimplemented, the server closes the connection. */
const ENDING: readonly number[] = [-115, -6];
const EPHEMERAL = 1;
const TIMEOUT_MS = 30_000;
const FUTURE_ZXID = 2 ** 40;
/** Less than a server gives. */
const SHORTEST_MS = 1;
const LONGEST_MS = 3_600_000;
const WRONG_PASSWORD = '01'.repeat(16);
const EVERYBODY = [{ permissions: 31, scheme: 'world', id: 'anyone' }];

/** A server, and a session that makes and removes what is beside the sequences. It has no watches. */
export class Stage {
  readonly port: number;
  #control: RawConnection | undefined;

  constructor(port: number) {
    this.port = port;
  }

  /** By another session where the last one has expired: sequences may take long. */
  async ask(request: Request): Promise<Extract<Message, { kind: 'reply' }>> {
    const control = await this.#session();
    const reply = await control.ask(request).catch(() => undefined);
    return reply ?? (await this.#session()).ask(request);
  }

  end(): void {
    this.#control?.drop();
  }

  async #session(): Promise<RawConnection> {
    const existing = this.#control;
    if (existing && !existing.isClosed) return existing;
    this.#control = await RawConnection.start(this.port, LONGEST_MS);
    return this.#control;
  }
}

export async function play(stage: Stage, name: string, sequence: Sequence): Promise<Transcript> {
  const player = new Player(stage, `/${name}`);
  await player.begin();
  const transcript: Observed[] = [];
  try {
    for (const step of sequence) transcript.push(await player.do(step));
  } finally {
    await player.end();
  }
  return transcript;
}

class Player {
  readonly #stage: Stage;
  readonly #root: string;
  readonly #connections: (RawConnection | undefined)[] = [undefined, undefined, undefined];
  /** The session that each slot has had last. */
  readonly #sessions: (Connected | undefined)[] = [undefined, undefined, undefined];
  readonly #seen: [number, number, number] = [0, 0, 0];
  #messages: [Message[], Message[], Message[]] = [[], [], []];
  readonly #allSessions = new Map<string, Connected>();
  /** What there was at the end of each step. */
  readonly #zxids: number[] = [];

  constructor(stage: Stage, root: string) {
    this.#stage = stage;
    this.#root = root;
  }

  async begin(): Promise<void> {
    await this.#stage.ask({ op: 'create', type: 1, path: this.#root, data: '', acl: EVERYBODY, flags: 0 });
  }

  async do(step: Step): Promise<Observed> {
    await this.#perform(step);
    return this.#settle();
  }

  /** Closes all sessions, and removes what may be removed. */
  async end(): Promise<void> {
    for (const connection of this.#connections) connection?.drop();
    for (const session of this.#allSessions.values()) await this.#closeSession(session);
    await this.#remove(this.#root);
  }

  async #perform(step: Step): Promise<void> {
    switch (step.kind) {
      case 'requests':
        return this.#ask(step.slot, step.requests);
      case 'connect':
        return this.#connect(step);
      case 'drop':
        this.#drop(step.slot);
        return;
      case 'bytes': {
        const connection = await this.#connectionOf(step.slot);
        connection.write(Buffer.from(step.hex, 'hex'));
        await closing(connection);
        return;
      }
      case 'expire':
        return this.#expire(step);
      case 'vanish':
        return this.#untilGone(step.path.replaceAll('~', this.#root));
    }
  }

  async #ask(slot: Slot, requests: readonly Request[]): Promise<void> {
    const connection = await this.#connectionOf(slot);
    connection.send(requests.map((request) => this.#placed(request)));
    await connection.answered();
    if (connection.lastError !== undefined && ENDING.includes(connection.lastError))
      await closing(connection);
    if (requests.some((request) => request.op === 'close-session')) await closing(connection);
  }

  async #connect(step: Step & { kind: 'connect' }): Promise<void> {
    this.#drop(step.slot);
    const attached = step.session === 'new' ? undefined : this.#sessions[step.session];
    const connection = await RawConnection.open(this.#stage.port);
    this.#connections[step.slot] = connection;
    const { timeoutMs, readOnly } = step;
    const lastZxidSeen = { nothing: 0, last: this.#seen[step.slot], future: FUTURE_ZXID }[step.seen];
    const password = attached && (this.#mayBeWrong(step, attached) ? WRONG_PASSWORD : attached.password);
    const connected = await connection.connect({
      timeoutMs,
      readOnly,
      lastZxidSeen,
      ...(attached && { session: attached.session, password: password ?? '' }),
    });
    if (!connected || connected.timeoutMs === 0) return closing(connection);
    this.#remember(step.slot, connected);
  }

  #mayBeWrong({ password }: Step & { kind: 'connect' }, { session }: Connected): boolean {
    const isHeld = this.#connections.some(
      (one) => one && !one.isClosed && one.connected?.session === session,
    );
    return password === 'wrong' && !isHeld;
  }

  #remember(slot: Slot, connected: Connected): void {
    this.#sessions[slot] = connected;
    this.#allSessions.set(connected.session, connected);
  }

  #drop(slot: Slot): void {
    this.#connections[slot]?.drop();
    this.#connections[slot] = undefined;
  }

  /** An ephemeral znode of the session tells of its end. */
  async #expire({ slot, requests, connected }: Step & { kind: 'expire' }): Promise<void> {
    this.#drop(slot);
    const connection = await this.#open(slot, SHORTEST_MS);
    const path = `${this.#root}-${slot}`;
    const witness: Request = { op: 'create', type: 1, path, data: '', acl: EVERYBODY, flags: EPHEMERAL };
    connection.send([...requests.map((request) => this.#placed(request)), witness]);
    await connection.answered();
    if (!connected) this.#drop(slot);
    await this.#untilGone(path, slot);
    if (connected) await closing(connection);
  }

  /** The other connections are kept alive, but for that of `silent`. */
  async #untilGone(path: string, silent?: Slot): Promise<void> {
    for (let looks = 0; looks < LOOKS_MAX; looks += 1) {
      const { error } = await this.#stage.ask({ op: 'exists', path, watch: false });
      if (error === NO_NODE) return;
      await pause(LOOK_PAUSE_MS);
      for (const slot of SLOTS) {
        if (slot !== silent) await this.#ping(slot);
      }
    }
    throw new Error(`${path} stays`);
  }

  async #connectionOf(slot: Slot): Promise<RawConnection> {
    const existing = this.#connections[slot];
    return existing && !existing.isClosed ? existing : this.#open(slot, TIMEOUT_MS);
  }

  async #open(slot: Slot, timeoutMs: number): Promise<RawConnection> {
    const connection = await RawConnection.open(this.#stage.port);
    this.#connections[slot] = connection;
    const connected = await connection.connect({ timeoutMs, readOnly: false });
    if (!connected) throw new Error('no session');
    this.#remember(slot, connected);
    return connection;
  }

  /** Everything that a step has caused at a connection is there before the answer to a ping. */
  async #settle(): Promise<Observed> {
    const [first = 0, second = 0, third = 0] = await Promise.all(SLOTS.map((slot) => this.#ping(slot)));
    this.#zxids.push(Math.max(this.#zxids.at(-1) ?? 0, first, second, third));
    const told = this.#messages;
    this.#messages = [[], [], []];
    return told;
  }

  /** Answers the zxid that the server says, and takes what was said before. */
  async #ping(slot: Slot): Promise<number> {
    const connection = this.#connections[slot];
    if (!connection) return 0;
    if (connection.connected?.timeoutMs && !connection.isClosed) connection.send([{ op: 'ping' }]);
    await connection.answered();
    const messages = connection.take();
    const last = messages.findLastIndex((message) => message.kind === 'reply' && message.of === 'ping');
    // Where the connection was closed instead, the last ping is one of the sequence.
    const isAnswered = connection.outstanding === 0 && !connection.isClosed;
    const [pong] = isAnswered && last >= 0 ? messages.splice(last, 1) : [];
    for (const message of messages) this.#messages[slot].push(displaced(message, this.#root));
    if (connection.isClosed) this.#connections[slot] = undefined;
    const zxid = pong?.kind === 'reply' ? pong.zxid : 0;
    this.#seen[slot] = Math.max(this.#seen[slot], zxid);
    return zxid;
  }

  #placed(request: Request): Request {
    return placed(request, this.#root, (step) => {
      if (step < 0) return 0;
      return this.#zxids[Math.min(step, this.#zxids.length - 1)] ?? 0;
    });
  }

  async #closeSession({ session, password }: Connected): Promise<void> {
    const connection = await RawConnection.open(this.#stage.port);
    const connected = await connection.connect({ timeoutMs: TIMEOUT_MS, session, password });
    if (connected?.timeoutMs) {
      connection.send([{ op: 'close-session' }]);
      await connection.answered();
    }
    connection.drop();
  }

  async #remove(path: string): Promise<void> {
    const { body } = await this.#stage.ask({ op: 'get-children', path, watch: false });
    for (const child of childrenOf(body)) await this.#remove(`${path}/${child}`);
    await this.#stage.ask({ op: 'delete', path, version: -1 });
  }
}

async function closing(connection: RawConnection): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise((resolve) => {
    timer = setTimeout(resolve, CLOSING_MAX_MS);
  });
  await Promise.race([connection.until(() => false), tooLong]);
  clearTimeout(timer);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
