// The load generator, a process of its own: closed loops of clients against one server, measured in slices of
// time. Argument: one `Job` as JSON. Prints one `Load` as JSON.

import type { Call } from './grpc-client.ts';
import { Meter, type Slice } from './meter.ts';
import { memoryBytes } from './process-meter.ts';
import { SocketClient } from './socket-client.ts';
import { GRPC_CLIENTS, WIRES, type WorkloadName } from './workloads.ts';

export interface Job {
  readonly workload: WorkloadName;
  readonly port: number;
  /** The process of the server, for its processor time. */
  readonly pid: number;
  readonly clients: number;
  readonly warmUpMs: number;
  readonly sliceMs: number;
  readonly slices: number;
}

export interface Load {
  readonly slices: readonly Slice[];
  /** The memory of the server, at the end and with all clients connected. */
  readonly memoryBytes: number;
}

interface Clients {
  readonly call: Call;
  close(): void;
}

async function connectAll({ workload, port, clients }: Job): Promise<Clients> {
  if (workload in GRPC_CLIENTS) return GRPC_CLIENTS[workload as keyof typeof GRPC_CLIENTS](port, clients);
  const wire = WIRES[workload as keyof typeof WIRES](port);
  const all: SocketClient[] = [];
  // One after the other: what the first prepares is there for the others.
  for (let client = 0; client < clients; client += 1) {
    all.push(await SocketClient.connect(port, wire, client));
  }
  return {
    call: async (client, index) => all[client]?.send(wire.request(client, index)),
    close: () => {
      for (const one of all) one.close();
    },
  };
}

async function main(job: Job): Promise<void> {
  const { call, close } = await connectAll(job);
  let meter: Meter | undefined;
  let stopping = false;
  const loop = async (client: number) => {
    for (let index = 0; !stopping; index += 1) {
      const sentAt = performance.now();
      await call(client, index);
      meter?.waitsMs.push(performance.now() - sentAt);
    }
  };
  const loops = Promise.all(Array.from({ length: job.clients }, (_, client) => loop(client)));
  const measured = async () => {
    await pause(job.warmUpMs);
    const slices: Slice[] = [];
    for (let slice = 0; slice < job.slices; slice += 1) {
      meter = new Meter(job.pid);
      await pause(job.sliceMs);
      slices.push(meter.finish());
    }
    const bytes = memoryBytes(job.pid);
    stopping = true;
    return { slices, memoryBytes: bytes };
  };
  const [measurement] = await Promise.all([measured(), loops]);
  close();
  process.stdout.write(JSON.stringify(measurement satisfies Load));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

main(JSON.parse(process.argv[2] ?? '') as Job).then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  },
);
