// Producers as attributes of a segment's item, one for each. The value is text that conditions can compare.

import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { assert } from '../../assert.ts';
import type { ProducerState, Producers } from '../../log/producers.ts';

/** No other attribute has a slash. */
const PREFIX = 'producer/';
/** Enough for the greatest safe integer. */
const DIGITS = 16;
const STATE = /^(\d{16})_(\d{16})_(\d+)$/;

export function producerAttribute(id: string): string {
  return `${PREFIX}${id}`;
}

/** The beginning of a state. Texts are in the order of epochs, and within one of numbers. */
export function requestText(epoch: number, sequence: number): string {
  return `${String(epoch).padStart(DIGITS, '0')}_${String(sequence).padStart(DIGITS, '0')}`;
}

export function stateText({ epoch, sequence, base }: ProducerState): string {
  return `${requestText(epoch, sequence)}_${base}`;
}

export function producerAttributes(producers: Producers | undefined): Record<string, AttributeValue> {
  const entries = [...(producers ?? [])].map(([id, state]) => [
    producerAttribute(id),
    { S: stateText(state) },
  ]);
  return Object.fromEntries(entries);
}

export function producersIn(item: Readonly<Record<string, AttributeValue>>): Producers | undefined {
  const names = Object.keys(item).filter((name) => name.startsWith(PREFIX));
  if (names.length === 0) return undefined;
  return new Map(names.map((name) => [name.slice(PREFIX.length), stateOf(item[name]?.S ?? '')]));
}

function stateOf(text: string): ProducerState {
  const [, epoch, sequence, base] = STATE.exec(text) ?? [];
  assert(base !== undefined, `the state of a producer is ${text}`);
  return { epoch: Number(epoch), sequence: Number(sequence), base: Number(base) };
}
