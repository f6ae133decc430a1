// Four-letter words: what an operator or a health check sends in place of the first message.

import type { Connection } from './connection.ts';
import type { ServerTraffic } from './figures.ts';
import type { TreeState } from './tree/state.ts';
import type { Watches } from './watches.ts';

export interface WordSettings {
  /** The words that are answered. The others are refused. */
  readonly allowed?: ReadonlySet<string> | undefined;
  readonly port?: number | undefined;
  readonly securePort?: number | undefined;
  readonly connectionsPerAddressMax?: number | undefined;
  /** Lines of `envi`, besides the version. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

/** What words tell of. */
export interface WordSource {
  readonly traffic: ServerTraffic;
  readonly connections: ReadonlySet<Connection>;
  readonly watches: Watches<Connection>;
  readonly position: number;
  readonly tickMs: number;
  readonly sessionTimeoutsMs: { readonly least: number; readonly most: number };
  /** A moment of this server's clock, in milliseconds since 1970. */
  wallMsOf(atMs: number): number;
  glance(): TreeState | undefined;
}

/**
 * The version that clients and their patterns expect. The date has the form of before 3.7, which all read.
 */
const VERSION = '3.8.0-ordinal, built on 04/21/2020 15:01 GMT';

type Word = (source: WordSource, settings: WordSettings) => string;

const WORDS: Readonly<Record<string, Word>> = {
  ruok: () => 'imok',
  isro: () => 'rw',
  srvr: (source) => `Zookeeper version: ${VERSION}\n${summary(source)}`,
  stat: (source) => {
    const clients = [...source.connections].map((one) => ` ${described(one)})\n`).join('');
    return `Zookeeper version: ${VERSION}\nClients:\n${clients}\n${summary(source)}`;
  },
  cons: (source) => {
    const clients = [...source.connections].map((one) => ` ${described(one)}${details(one, source)})\n`);
    return `${clients.join('')}\n`;
  },
  mntr: (source) => lines(Object.entries(monitored(source)).map(([name, value]) => `zk_${name}\t${value}`)),
  conf: (source, settings) => lines(Object.entries(configuration(source, settings)).map(assigned)),
  envi: (_source, { environment = {} }) =>
    lines([
      'Environment:',
      ...Object.entries({ 'zookeeper.version': VERSION, ...environment }).map(assigned),
    ]),
  wchs: ({ watches }) => {
    const { watchers, paths } = watches.sizes;
    return lines([`${watchers} connections watching ${paths} paths`, `Total watches:${watches.count}`]);
  },
};

export const WORDS_KNOWN: readonly string[] = Object.keys(WORDS);

/** Words of ZooKeeper that this server does not carry out. */
const WORDS_REFUSED: ReadonlySet<string> = new Set([
  'crst',
  'dirs',
  'dump',
  'gtmk',
  'hash',
  'lead',
  'obsr',
  'srst',
  'stmk',
  'wchc',
  'wchp',
]);

/** Undefined: there is no such word. */
export function answerToWord(
  word: string,
  source: WordSource,
  settings: WordSettings = {},
): string | undefined {
  const { allowed } = settings;
  const answer = Object.hasOwn(WORDS, word) ? WORDS[word] : undefined;
  if (answer && (!allowed || allowed.has(word))) return answer(source, settings);
  if (!answer && !WORDS_REFUSED.has(word)) return undefined;
  return `${word} is not executed because it is not in the whitelist.\n`;
}

function summary(source: WordSource): string {
  const { traffic, connections } = source;
  const { latency, received, sent } = traffic;
  return lines([
    `Latency min/avg/max: ${latency.minMs}/${latency.averageMs.toFixed(4)}/${latency.maxMs}`,
    `Received: ${received}`,
    `Sent: ${sent}`,
    `Connections: ${connections.size}`,
    `Outstanding: ${outstanding(connections)}`,
    `Zxid: 0x${source.position.toString(16)}`,
    'Mode: standalone',
    `Node count: ${nodeCount(source)}`,
  ]);
}

function monitored(source: WordSource): Record<string, string | number> {
  const { traffic, connections, watches } = source;
  const { latency, received, sent } = traffic;
  const state = source.glance();
  return {
    version: VERSION,
    server_state: 'standalone',
    avg_latency: latency.averageMs.toFixed(4),
    max_latency: latency.maxMs,
    min_latency: latency.minMs,
    packets_received: received,
    packets_sent: sent,
    num_alive_connections: connections.size,
    outstanding_requests: outstanding(connections),
    znode_count: nodeCount(source),
    watch_count: watches.count,
    ephemerals_count: state?.ephemeralCount ?? 0,
    approximate_data_size: state?.characters ?? 0,
    global_sessions: state?.sessions.size ?? 0,
    local_sessions: 0,
  };
}

function configuration(
  { tickMs, sessionTimeoutsMs }: WordSource,
  { port, securePort, connectionsPerAddressMax = 0 }: WordSettings,
): Record<string, string | number> {
  return {
    ...(port === undefined ? {} : { clientPort: port }),
    ...(securePort === undefined ? {} : { secureClientPort: securePort }),
    tickTime: tickMs,
    maxClientCnxns: connectionsPerAddressMax,
    minSessionTimeout: sessionTimeoutsMs.least,
    maxSessionTimeout: sessionTimeoutsMs.most,
    serverId: 0,
  };
}

/** ` /127.0.0.1:38646[1](queued=0,recved=1,sent=0`, and whoever prints it closes the bracket. */
function described({ link, stage, outstanding: queued, traffic: { received, sent } }: Connection): string {
  return `/${link.address}:${link.port}[${stage === 'active' ? 1 : 0}](queued=${queued},recved=${received},sent=${sent}`;
}

function details(
  { session, last, openedAtMs, traffic: { latency } }: Connection,
  source: WordSource,
): string {
  if (!session) return '';
  const fields = {
    sid: `0x${session.id.toString(16)}`,
    lop: last.operation,
    est: Math.floor(source.wallMsOf(openedAtMs)),
    to: session.timeoutMs,
    lcxid: `0x${(last.xid >>> 0).toString(16)}`,
    lzxid: `0x${BigInt.asUintN(64, BigInt(last.zxid)).toString(16)}`,
    lresp: Math.floor(source.wallMsOf(last.atMs)),
    llat: Math.floor(latency.lastMs),
    minlat: latency.minMs,
    avglat: Math.floor(latency.averageMs),
    maxlat: latency.maxMs,
  };
  return `,${Object.entries(fields).map(assigned).join(',')}`;
}

function assigned([name, value]: readonly [string, string | number]): string {
  return `${name}=${value}`;
}

function outstanding(connections: ReadonlySet<Connection>): number {
  let sum = 0;
  for (const connection of connections) sum += connection.outstanding;
  return sum;
}

/** ZooKeeper has the root under two names, and counts both. */
function nodeCount(source: WordSource): number {
  const state = source.glance();
  return state ? state.nodeCount + 1 : 0;
}

function lines(all: readonly string[]): string {
  return all.map((line) => `${line}\n`).join('');
}
