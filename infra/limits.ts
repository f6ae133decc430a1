// Refuses settings, when the template is made, that AWS would refuse in the middle of a deployment or
// silently ignore.

import { type Duration, Token } from 'aws-cdk-lib';
import type { OrdinalProps } from './ordinal.ts';

/** An alarm looks at periods of a day at most, and the schedule at whole minutes. */
const SCHEDULE_MAX_MINUTES = 24 * 60;
/** Longer ones would meet the function's own limit. */
const LONG_POLL_MAX_MS = 45_000;
/** The bytes of all variables of a function, names and values. */
const ENVIRONMENT_BYTES_MAX = 4096;
/** A name that CloudFormation will make up; of a table, none is longer. */
const GENERATED_NAME_BYTES_MAX = 255;

/** @throws Error */
export function checkEvery(name: string, every: Duration): void {
  const minutes = every.toMilliseconds() / 60_000;
  if (Number.isInteger(minutes) && minutes >= 1 && minutes <= SCHEDULE_MAX_MINUTES) return;
  throw new Error(`${name} must be whole minutes, from one to a day; it is ${every.toHumanString()}`);
}

/** @throws Error */
export function checkLongPoll(longPoll: Duration): void {
  if (longPoll.toMilliseconds() > LONG_POLL_MAX_MS) throw new Error('longPoll must be at most 45 seconds');
}

/** Each kind of compute has a bound of its own. @throws Error */
export function checkBounds({
  compute = 'function',
  reservedConcurrency,
  maxEnvironments,
}: OrdinalProps): void {
  if (compute === 'web-function' && reservedConcurrency !== undefined) {
    throw new Error('reservedConcurrency is for the compute "function"; a Web Function has maxEnvironments');
  }
  if (compute === 'function' && maxEnvironments !== undefined) {
    throw new Error('maxEnvironments is for the compute "web-function"; a function has reservedConcurrency');
  }
}

/** @throws Error */
export function checkEnvironment(environment: Readonly<Record<string, string>>, namespaces: number): void {
  const bytes = Object.entries(environment).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + bytesOf(value),
    0,
  );
  if (bytes <= ENVIRONMENT_BYTES_MAX) return;
  throw new Error(
    `the settings of a function, with ${namespaces} namespaces, take ${bytes.toLocaleString('en')} of the 4,096 bytes that there are: put some of the namespaces into another deployment`,
  );
}

function bytesOf(value: string): number {
  return Token.isUnresolved(value) ? GENERATED_NAME_BYTES_MAX : Buffer.byteLength(value);
}
