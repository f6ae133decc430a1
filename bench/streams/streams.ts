// Streams side by side, in interleaved rounds: appends, followers, catching up.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Figure, figure, quantile } from '../figures.ts';
import { type Running, type System, start } from '../peers/running.ts';
import { ordinal, redis } from '../peers/systems.ts';
import { say } from '../progress.ts';
import { APPENDS, appendsPerSecond, type OpenAppenders, OWN_CLIENT } from './appends.ts';
import { fill, megabytesPerSecond } from './catch-up.ts';
import { type Following, overHttp, overRedis, tailLatencies } from './followers.ts';
import { bareSource, referenceServer } from './systems.ts';

export interface StreamsForm {
  readonly writers: readonly number[];
  readonly followers: readonly number[];
  readonly rounds: number;
  readonly sliceMs: number;
  readonly catchUpBytes: number;
  /** Where the reference server is installed. */
  readonly reference: string;
}

/** One thing that is measured: names and unit, and how one sample of it is taken. */
interface Contest {
  readonly label: string;
  readonly condition: string | number;
  readonly quantities: readonly (readonly [name: string, unit: string, better: Figure['better']])[];
  /** A value for each quantity. */
  sample(): Promise<readonly number[]>;
}

export async function measureStreams(form: StreamsForm): Promise<Figure[]> {
  const directory = await mkdtemp(join(tmpdir(), 'ordinal-bench-'));
  const running: Running[] = [];
  const started = async (system: System): Promise<number | undefined> => {
    const lacking = system.missing();
    if (lacking !== undefined) {
      say(`not measured: ${system.name}: ${lacking}`);
      return undefined;
    }
    const server = await start(system, await mkdtemp(join(directory, 'data-')));
    running.push(server);
    return server.port;
  };
  try {
    const ports = {
      ordinal: await started(ordinal),
      reference: await started(referenceServer(form.reference)),
      redis: await started(redis),
      bare: await started(bareSource),
    };
    const figures: Figure[] = [];
    for (const group of [...appendContests(ports, form), ...tailContests(ports, form)])
      figures.push(...(await inTurn(group, form.rounds)));
    for (const port of [ports.ordinal, ports.reference]) if (port) await fill(port, form.catchUpBytes);
    figures.push(...(await inTurn(catchUpContests(ports, form), form.rounds)));
    return figures;
  } finally {
    for (const server of running) await server.end();
    await rm(directory, { recursive: true });
  }
}

/** All contests of a group are measured in turn, so often. */
async function inTurn(group: readonly Contest[], rounds: number): Promise<Figure[]> {
  const samples = group.map(() => [] as (readonly number[])[]);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, { label, condition, sample }] of group.entries()) {
      say(`${label}, ${condition}, round ${round + 1}`);
      samples[index]?.push(await sample());
    }
  }
  return group.flatMap(({ label, condition, quantities }, index) =>
    quantities.map(([name, unit, better], at) =>
      figure(
        ['streams', label, condition, name],
        unit,
        better,
        (samples[index] ?? []).map((values) => values[at] ?? 0),
      ),
    ),
  );
}

type Ports = Readonly<Record<'ordinal' | 'reference' | 'redis' | 'bare', number | undefined>>;

function appendContests(ports: Ports, { writers, sliceMs }: StreamsForm): Contest[][] {
  return writers.map((clients) => {
    const contest = (
      label: string,
      port: number | undefined,
      open: OpenAppenders | undefined,
      records: number,
    ) =>
      port === undefined || !open
        ? []
        : [
            {
              label,
              condition: clients,
              quantities: [['records', '/s', 'more']],
              sample: async () => [records * (await appendsPerSecond(open, port, clients, sliceMs))],
            } satisfies Contest,
          ];
    return [
      ...Object.entries(APPENDS).flatMap(([how, { http, redis: toRedis, records }]) => [
        ...contest(`Ordinal, ${how}`, ports.ordinal, http, records),
        ...contest(`reference server, ${how}`, ports.reference, http, records),
        ...contest(`Redis, ${how}`, ports.redis, toRedis, records),
      ]),
      ...contest('Ordinal, its own client', ports.ordinal, OWN_CLIENT.http, OWN_CLIENT.records),
    ];
  });
}

const TAIL_APPENDS = 50;

function tailContests(ports: Ports, { followers }: StreamsForm): Contest[][] {
  return followers.map((count) => {
    const contest = (label: string, port: number | undefined, following: Following) =>
      port === undefined
        ? []
        : [
            {
              label,
              condition: `${count} followers`,
              quantities: [
                ['tail p50', 'ms', 'less'],
                ['tail p99', 'ms', 'less'],
              ],
              sample: async () => {
                const sorted = await tailLatencies(following, port, count, TAIL_APPENDS);
                return [quantile(sorted, 0.5), quantile(sorted, 0.99)];
              },
            } satisfies Contest,
          ];
    return [
      ...contest('Ordinal', ports.ordinal, overHttp),
      ...contest('reference server', ports.reference, overHttp),
      ...contest('Redis', ports.redis, overRedis),
    ];
  });
}

function catchUpContests(ports: Ports, { catchUpBytes }: StreamsForm): Contest[] {
  const contest = (label: string, port: number | undefined) =>
    port === undefined
      ? []
      : [
          {
            label,
            condition: 'catch-up',
            quantities: [['read', 'MB/s', 'more']],
            sample: async () => [await megabytesPerSecond(port, catchUpBytes)],
          } satisfies Contest,
        ];
  return [
    ...contest('Ordinal', ports.ordinal),
    ...contest('reference server', ports.reference),
    ...contest('bare node:http from memory', ports.bare),
  ];
}
