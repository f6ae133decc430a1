// Four-letter words of both servers, compared by their form: what lines there are, without their figures.

import { fourLetters } from '../support/zookeeper/four-letters.ts';

/** Alike line by line. */
const SAME_LINES = ['ruok', 'isro', 'srvr', 'stat', 'cons', 'wchs', 'srvr\n', 'none', 'RUOK'];
/** Answers with a key in each line. Ours may leave out those of an ensemble and of a Java machine. */
const SOME_KEYS: Readonly<Record<string, readonly string[]>> = {
  mntr: [
    'zk_version',
    'zk_server_state',
    'zk_avg_latency',
    'zk_max_latency',
    'zk_min_latency',
    'zk_packets_received',
    'zk_packets_sent',
    'zk_num_alive_connections',
    'zk_outstanding_requests',
    'zk_znode_count',
    'zk_watch_count',
    'zk_ephemerals_count',
    'zk_approximate_data_size',
    'zk_global_sessions',
  ],
  conf: ['clientPort', 'tickTime', 'maxClientCnxns', 'minSessionTimeout', 'maxSessionTimeout', 'serverId'],
  envi: ['Environment:', 'zookeeper.version', 'host.name', 'os.name'],
};

/** What differs, a line for each word. Nothing else may be going on at the servers. */
export async function differingWords(expected: number, found: number): Promise<string[]> {
  const differences: string[] = [];
  for (const word of SAME_LINES) {
    const [one, other] = [formOf(await fourLetters(expected, word)), formOf(await fourLetters(found, word))];
    if (one !== other) differences.push(`${word}: ${JSON.stringify(one)}, found ${JSON.stringify(other)}`);
  }
  for (const [word, wanted] of Object.entries(SOME_KEYS)) {
    const theirs = keysIn(await fourLetters(expected, word));
    const ours = keysIn(await fourLetters(found, word));
    const missing = wanted.filter((key) => theirs.has(key) && !ours.has(key));
    const unknown = [...ours].filter((key) => !theirs.has(key) && key !== 'node.version');
    if (missing.length > 0) differences.push(`${word}: ${missing.join(', ')} missing`);
    if (unknown.length > 0) differences.push(`${word}: ZooKeeper has no ${unknown.join(', ')}`);
  }
  return differences;
}

function formOf(answer: string): string {
  const form = answer
    .replace(/^Zookeeper version: .*$/mu, 'Zookeeper version: V')
    .replaceAll(/0x[0-9a-f]+|-?\d+(?:\.\d+)*/gu, 'N')
    .replaceAll(/lop=\w+/gu, 'lop=X');
  // ZooKeeper lists its connections in no order, that of the word among them.
  return form.split('\n').sort().join('\n');
}

function keysIn(answer: string): Set<string> {
  const keys = answer.split('\n').map((line) => line.split(/[=\t]/u)[0]?.trim() ?? '');
  return new Set(keys.filter(Boolean));
}
