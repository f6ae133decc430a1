// Judges what producers were told, against the one true order of the log: each request is in it at most once
// and after the one before it, and an acknowledged one is in it.

export interface ProducerTry {
  readonly id: string;
  readonly epoch: number;
  readonly sequence: number;
  readonly answer: ProducerAnswer;
  /** The true time of the answer. */
  readonly atMs: number;
}

export type ProducerAnswer =
  | { readonly kind: 'appended'; readonly first: number }
  | { readonly kind: 'repeated'; readonly epoch: number; readonly sequence: number }
  | { readonly kind: 'stale'; readonly epoch: number }
  /** Certainly not carried out, by this try. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'unknown' };

export interface OrderedRecord {
  readonly text: string;
  readonly appendedAtMs: number;
}

interface Request {
  readonly epoch: number;
  readonly sequence: number;
}

interface Placed extends Request {
  readonly position: number;
  readonly appendedAtMs: number;
}

export function textOfRequest({ id, epoch, sequence }: Request & { readonly id: string }): string {
  return `${id} ${epoch} ${sequence}`;
}

/** @param order the record at position p at index p - 1; undefined where it is of another writer */
export function producerFaults(
  tries: readonly ProducerTry[],
  order: readonly (OrderedRecord | undefined)[],
): string[] {
  const byId = new Map<string, Placed[]>();
  for (const [index, record] of order.entries()) {
    if (!record) continue;
    const { text, appendedAtMs } = record;
    const [id = '', epoch, sequence] = text.split(' ');
    const placed = { epoch: Number(epoch), sequence: Number(sequence), position: index + 1, appendedAtMs };
    byId.set(id, [...(byId.get(id) ?? []), placed]);
  }
  const faults = [...byId].flatMap(([id, placed]) => orderFaults(id, placed));
  const acknowledged = tries.flatMap((one) => answerFaults(one, byId.get(one.id) ?? []));
  return [...faults, ...acknowledged, ...neverTriedFaults(tries, byId)];
}

/** Within an epoch 0, 1, 2 …; epochs only grow. */
function orderFaults(id: string, placed: readonly Placed[]): string[] {
  return placed.flatMap((one, index) => {
    const before = placed[index - 1];
    const follows = before?.epoch === one.epoch && one.sequence === before.sequence + 1;
    const begins = one.sequence === 0 && (!before || one.epoch > before.epoch);
    if (follows || begins) return [];
    const previous = before ? textOfRequest({ id, ...before }) : 'nothing';
    return [`${textOfRequest({ id, ...one })} at ${one.position} comes after ${previous}`];
  });
}

function answerFaults(one: ProducerTry, placed: readonly Placed[]): string[] {
  const { answer, epoch, sequence, atMs } = one;
  const there = placed.find((other) => other.epoch === epoch && other.sequence === sequence);
  const what = textOfRequest(one);
  switch (answer.kind) {
    case 'appended':
      return there?.position === answer.first && there.appendedAtMs <= atMs
        ? []
        : [`${what} was appended at ${answer.first}, and is at ${there?.position}`];
    case 'repeated':
      return there && there.appendedAtMs <= atMs
        ? []
        : [`${what} was told to be repeated, and was not there at the time`];
    case 'stale':
      return placed.some((other) => other.epoch > epoch && other.appendedAtMs <= atMs)
        ? []
        : [`${what} was told to be stale, and no greater epoch was there`];
    default:
      return [];
  }
}

/** A request of which every try has certainly done nothing is not in the log. */
function neverTriedFaults(
  tries: readonly ProducerTry[],
  byId: ReadonlyMap<string, readonly Placed[]>,
): string[] {
  const possible = new Set(
    tries.filter(({ answer }) => !['nothing', 'stale'].includes(answer.kind)).map(textOfRequest),
  );
  return [...byId].flatMap(([id, placed]) =>
    placed
      .map((one) => textOfRequest({ id, ...one }))
      .filter((text) => !possible.has(text))
      .map((text) => `certainly not appended, and yet there: ${text}`),
  );
}

export interface SequenceTry {
  readonly sequence: string;
  readonly answer: 'appended' | 'behind' | 'nothing' | 'unknown';
}

/** Texts are in the log in ascending order, with all that were acknowledged and none that were refused. */
export function sequenceFaults(tries: readonly SequenceTry[], order: readonly string[]): string[] {
  const faults = order.flatMap((text, index) => {
    const before = order[index - 1];
    return before === undefined || before < text ? [] : [`${text} comes after ${before}`];
  });
  const there = new Set(order);
  for (const { sequence, answer } of tries) {
    if (answer === 'appended' && !there.has(sequence)) faults.push(`acknowledged and lost: ${sequence}`);
    if ((answer === 'behind' || answer === 'nothing') && there.has(sequence))
      faults.push(`refused, and yet there: ${sequence}`);
  }
  return faults;
}

/** An append without conditions, of texts that no other has. */
export interface PlainTry {
  readonly texts: readonly string[];
  readonly answer:
    | { readonly kind: 'appended'; readonly first: number }
    | { readonly kind: 'nothing' | 'unknown' };
}

/** Each append is in the log at most once and in one piece, and an acknowledged one is where it was said to be. */
export function plainFaults(tries: readonly PlainTry[], order: readonly string[]): string[] {
  const places = new Map<string, number[]>();
  for (const [index, text] of order.entries()) places.set(text, [...(places.get(text) ?? []), index + 1]);
  return tries.flatMap(({ texts, answer }) => {
    const [first = '', ...rest] = texts.map((text) => (places.get(text) ?? []).join());
    const isWhole = rest.every(
      (place, index) => place === (first === '' ? '' : `${Number(first) + index + 1}`),
    );
    if (first.includes(',') || !isWhole) return [`${texts.join()} is at ${[first, ...rest].join(' and ')}`];
    if (answer.kind === 'appended' && first !== `${answer.first}`)
      return [`${texts.join()} was appended at ${answer.first}, and is at ${first}`];
    return answer.kind === 'nothing' && first !== ''
      ? [`certainly not appended, and yet there: ${texts.join()}`]
      : [];
  });
}
