// The load generator, a process of its own: connections with a number of requests on their way each, measured
// in slices of time. Argument: one `Job` as JSON. Prints the slices as JSON.

import { Meter, type Slice } from '../peers/meter.ts';
import { type Operation, requestsOf } from './operations.ts';
import { Session } from './session.ts';

export interface Job {
  readonly operation: Operation;
  readonly port: number;
  /** The process of the server, for its processor time. */
  readonly pid: number;
  readonly connections: number;
  /** On their way at once, on each connection. */
  readonly depth: number;
  readonly warmUpMs: number;
  readonly sliceMs: number;
  readonly slices: number;
}

const TIMEOUT_MS = 30_000;

async function main(job: Job): Promise<Slice[]> {
  const requests = requestsOf(job.operation);
  const sessions: Session[] = [];
  for (let index = 0; index < job.connections; index += 1) {
    const session = await Session.open(job.port, TIMEOUT_MS);
    for (const bytes of requests.prepare(index)) await session.send(bytes, 1);
    sessions.push(session);
  }
  let meter: Meter | undefined;
  let isStopping = false;
  const loop = async (session: Session, index: number) => {
    const bytes = requests.request(index);
    while (!isStopping) {
      const sentAt = performance.now();
      await session.send(bytes, requests.answers);
      meter?.waitsMs.push(performance.now() - sentAt);
    }
  };
  const loops = sessions.flatMap((session, index) =>
    Array.from({ length: job.depth }, () => loop(session, index)),
  );
  const measured = async () => {
    await pause(job.warmUpMs);
    const slices: Slice[] = [];
    for (let slice = 0; slice < job.slices; slice += 1) {
      meter = new Meter(job.pid);
      await pause(job.sliceMs);
      slices.push(meter.finish());
    }
    isStopping = true;
    return slices;
  };
  const [slices] = await Promise.all([measured(), ...loops]);
  for (const session of sessions) session.close();
  return slices;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

main(JSON.parse(process.argv[2] ?? '') as Job).then(
  (slices) => {
    process.stdout.write(JSON.stringify(slices));
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  },
);
