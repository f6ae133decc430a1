// Where quotas are: the znodes `zookeeper_limits` and `zookeeper_stats` in a copy of the path.

const QUOTA_ROOT = '/zookeeper/quota';
const LIMITS = '/zookeeper_limits';
const STATS = '/zookeeper_stats';

export function statsPath(quotaPath: string): string {
  return QUOTA_ROOT + quotaPath + STATS;
}

/** The path that a quota is about when `path` is where its limits are. The root cannot have a quota. */
export function quotaPathOf(path: string): string | undefined {
  return pathBetween(path, LIMITS) || undefined;
}

/** The path that statistics are about when `path` is where they are; empty for those of the whole tree. */
export function statisticsPathOf(path: string): string | undefined {
  return pathBetween(path, STATS);
}

function pathBetween(path: string, end: string): string | undefined {
  if (!path.startsWith(QUOTA_ROOT) || !path.endsWith(end)) return undefined;
  const between = path.slice(QUOTA_ROOT.length, -end.length);
  return between === '' || between.startsWith('/') ? between : undefined;
}
