// Offsets of the Durable Streams protocol: opaque to clients, and ordered as text like the positions that
// they stand for.

import { POSITION_MAX } from '../../limits.ts';
import { RequestProblem } from './problem.ts';

// The left half is kept for later use; today it is always zero.
const LEFT = '0'.repeat(16);

export function offsetOf(position: number): string {
  return `${LEFT}_${String(position).padStart(16, '0')}`;
}

/**
 * The start of a read: after a position, from the first record, or from the tail as it is now.
 * @throws RequestProblem for anything that this server has not handed out.
 */
export function parseOffset(text: string): number | 'start' | 'now' {
  if (text === '-1') return 'start';
  if (text === 'now') return 'now';
  const position = positionOf(text);
  if (position === undefined)
    throw new RequestProblem('invalid-request', 'the offset is not one of this server');
  return position;
}

export function positionOf(offset: string): number | undefined {
  const digits = /^0{16}_(\d{16})$/.exec(offset)?.[1];
  if (digits === undefined) return undefined;
  const position = Number(digits);
  return position <= POSITION_MAX ? position : undefined;
}
