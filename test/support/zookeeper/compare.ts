// Whether two transcripts of one sequence, on two servers, say the same. Zxids and times count by their order
// alone, and the names of sessions by which of them is which.

import type { Observed, Transcript } from './play.ts';
import type { Json, Message } from './replies.ts';

/**
 * Requests that take a zxid, whether they succeed or not: it is in the header of the reply. The real server
 * gives one to what it cannot decode, too. Ours does not write that down.
 */
const WRITES = ['create', 'delete', 'set-data', 'set-acl', 'multi', 'close-session'];
const UNDECODABLE = -5;
const NO_SESSION = '0x0';
const TIMES = ['ctime', 'mtime'];
const ZXIDS = ['czxid', 'mzxid', 'pzxid'];

/** The first difference, as text; undefined when there is none. */
export function difference(expected: Transcript, found: Transcript): string | undefined {
  const comparison = new Comparison();
  for (const [step, observed] of expected.entries()) {
    const other = found[step];
    const differs = other ? comparison.ofStep(observed, other) : 'is missing';
    if (differs !== undefined) return `step ${step}: ${differs}`;
  }
  return comparison.ofOrder();
}

interface Pair {
  readonly expected: number;
  readonly found: number;
  readonly where: string;
}

class Comparison {
  /** Zxids of changes, which each server has given. */
  readonly #zxids: Pair[] = [];
  /** What headers say was the last change. A server may have more changes than clients can see. */
  readonly #headers: Pair[] = [];
  readonly #sessions = new Map<string, string>();
  /** By zxid, for each server. */
  readonly #times = [new Map<number, number>(), new Map<number, number>()] as const;

  ofStep(expected: Observed, found: Observed): string | undefined {
    for (const [slot, messages] of expected.entries()) {
      const others = found[slot] ?? [];
      const count = Math.max(messages.length, others.length);
      for (let index = 0; index < count; index += 1) {
        const differs = this.#ofMessage(messages[index], others[index], `slot ${slot}, message ${index}`);
        if (differs) return `${differs}\n${listed('expected', messages)}\n${listed('found', others)}`;
      }
    }
    return undefined;
  }

  /** Two zxids stand in the same order on both servers. */
  ofOrder(): string | undefined {
    const sorted = this.#zxids.toSorted((one, other) => one.expected - other.expected);
    for (const [index, pair] of sorted.entries()) {
      const before = sorted[index - 1];
      if (before && Math.sign(pair.expected - before.expected) !== Math.sign(pair.found - before.found)) {
        return `zxids: ${before.where} ${before.expected}/${before.found}, ${pair.where} ${pair.expected}/${pair.found}`;
      }
    }
    for (const header of this.#headers) {
      const wrong = sorted.find((pair) => pair.expected <= header.expected !== pair.found <= header.found);
      if (wrong)
        return `header zxid: ${header.where} ${header.expected}/${header.found}, but ${wrong.where} ${wrong.expected}/${wrong.found}`;
    }
    return this.#times.map(ofTimes).find((fault) => fault !== undefined);
  }

  #ofMessage(expected: Message | undefined, found: Message | undefined, where: string): string | undefined {
    if (!expected || !found) return `${where}: ${expected ? 'missing' : 'one too many'}`;
    if (expected.kind === 'reply' && found.kind === 'reply') {
      const { zxid, ...rest } = expected;
      const { zxid: other, ...others } = found;
      const pair = { expected: zxid, found: other, where };
      if (WRITES.includes(rest.of) && rest.error !== UNDECODABLE) this.#zxids.push(pair);
      else if (zxid <= 0 && zxid !== other) return `${where}: zxid ${zxid}, found ${other}`;
      else if (zxid > 0) this.#headers.push(pair);
      return this.#ofJson(rest as unknown as Json, others as unknown as Json, where);
    }
    return this.#ofJson(expected as unknown as Json, found as unknown as Json, where);
  }

  #ofJson(expected: Json | undefined, found: Json | undefined, where: string): string | undefined {
    if (!isObject(expected) || !isObject(found)) {
      return expected === found
        ? undefined
        : `${where}: ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`;
    }
    if ('czxid' in expected && 'czxid' in found) this.#noteTimes([expected, found]);
    const keys = new Set([...Object.keys(expected), ...Object.keys(found)]);
    for (const key of keys) {
      const differs = this.#ofMember(key, expected[key], found[key], `${where}, ${key}`);
      if (differs !== undefined) return differs;
    }
    return undefined;
  }

  #ofMember(
    key: string,
    expected: Json | undefined,
    found: Json | undefined,
    where: string,
  ): string | undefined {
    if (TIMES.includes(key)) return undefined;
    if (key === 'password')
      return isZero(expected) === isZero(found) ? undefined : `${where} is zero, or not`;
    if (key === 'session' || key === 'ephemeralOwner') return this.#ofSession(expected, found, where);
    if (ZXIDS.includes(key) && typeof expected === 'number' && typeof found === 'number') {
      this.#zxids.push({ expected, found, where });
      return undefined;
    }
    return this.#ofJson(expected, found, where);
  }

  #ofSession(expected: Json | undefined, found: Json | undefined, where: string): string | undefined {
    if (typeof expected !== 'string' || typeof found !== 'string') return `${where}: none`;
    const known = this.#sessions.get(expected) ?? found;
    this.#sessions.set(expected, known);
    const isSame = (expected === NO_SESSION) === (found === NO_SESSION) && known === found;
    return isSame ? undefined : `${where}: another session, ${expected} is ${known}, found ${found}`;
  }

  #noteTimes(stats: readonly [Stat, Stat]): void {
    for (const [server, { czxid, mzxid, ctime, mtime }] of stats.entries()) {
      const times = this.#times[server === 0 ? 0 : 1];
      for (const [zxid, time] of [
        [czxid, ctime],
        [mzxid, mtime],
      ]) {
        if (typeof zxid !== 'number' || typeof time !== 'number') continue;
        // Where one change has two times, both are wrong.
        times.set(zxid, (times.get(zxid) ?? time) === time ? time : Number.NaN);
      }
    }
  }
}

type Stat = Readonly<Record<string, Json>>;

function ofTimes(times: ReadonlyMap<number, number>): string | undefined {
  const sorted = [...times].toSorted(([one], [other]) => one - other);
  const wrong = sorted.find(([, time], index) => !(time >= (sorted[index - 1]?.[1] ?? 0)));
  return wrong && `the time of zxid ${wrong[0]}: ${JSON.stringify(sorted)}`;
}

function isObject(json: Json | undefined): json is { readonly [key: string]: Json } {
  return json !== null && typeof json === 'object';
}

function isZero(password: Json | undefined): boolean {
  return typeof password === 'string' && /^0*$/u.test(password);
}

function listed(name: string, messages: readonly Message[]): string {
  return [`${name}:`, ...messages.map((message) => `  ${JSON.stringify(message)}`)].join('\n');
}
