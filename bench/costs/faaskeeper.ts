// FaaSKeeper, counted from its published code (github.com/spcl/faaskeeper, ac39422) and priced at the same
// list prices. Items of at most 1 KB, user data in DynamoDB, Lambda at 512 MB; times of the functions from
// the paper's artifact.

import { dollars, type Services } from './prices.ts';

export interface Published {
  readonly operation: string;
  /** Calls one after the other until the client has its answer: queues, database, reply. */
  readonly sequentialCalls: number;
  readonly used: Services;
  readonly dollars: number;
}

function published(operation: string, sequentialCalls: number, used: Services): Published {
  return { operation, sequentialCalls, used, dollars: dollars(used) };
}

/** Writer 32 ms and distributor 62 ms at the median. */
const GIGABYTE_SECONDS = 0.5 * (0.032 + 0.062);

export const FAASKEEPER: readonly Published[] = [
  // Lock, commit, pop, user data: a unit each. The node and its watches: a strong read each. Two queues and
  // the reply.
  published('FaaSKeeper set_data', 9, {
    writeUnits: 4,
    readUnits: 2,
    queueRequests: 3,
    invocations: 2,
    gigabyteSeconds: GIGABYTE_SECONDS,
  }),
  // Two locks, a transaction of two items (two units each), pop, two items of user data.
  published('FaaSKeeper create', 11, {
    writeUnits: 9,
    readUnits: 2,
    queueRequests: 3,
    invocations: 2,
    gigabyteSeconds: GIGABYTE_SECONDS,
  }),
  published('FaaSKeeper read', 1, {
    writeUnits: 0,
    readUnits: 1,
    queueRequests: 0,
    invocations: 0,
    gigabyteSeconds: 0,
  }),
];
