// List prices of us-east-1 in dollars, on demand, as of autumn 2026.

const PER_WRITE_UNIT = 0.625e-6;
const PER_READ_UNIT = 0.125e-6;
/** A FIFO request to SQS; price of the FaaSKeeper cost model, unchanged since. */
const PER_QUEUE_REQUEST = 0.5e-6;
const PER_INVOCATION = 0.2e-6;
/** On arm64. */
const PER_GIGABYTE_SECOND = 0.0000133334;

export interface Units {
  readonly writeUnits: number;
  readonly readUnits: number;
}

export interface Services extends Units {
  readonly queueRequests: number;
  readonly invocations: number;
  readonly gigabyteSeconds: number;
}

export function dollars(used: Units & Partial<Services>): number {
  const { writeUnits, readUnits, queueRequests = 0, invocations = 0, gigabyteSeconds = 0 } = used;
  return (
    writeUnits * PER_WRITE_UNIT +
    readUnits * PER_READ_UNIT +
    queueRequests * PER_QUEUE_REQUEST +
    invocations * PER_INVOCATION +
    gigabyteSeconds * PER_GIGABYTE_SECOND
  );
}
