// Rules about the names of znodes, as ZooKeeper has them.

export const ROOT = '/';

/** ZooKeeper looks at UTF-16 units, so surrogates are refused, and with them all above U+FFFF. */
const REFUSED_CHARACTERS = /[\0-\x1f\x7f-\x9f\ud800-\uf8ff\ufff0-\uffff]/;

/** An empty element, `.` or `..`. The end of the path may be an empty element, too. */
const REFUSED_ELEMENTS = /\/(?:\.{0,2}\/|\.{0,2}$)/;

/** Whether `path` can be the path of a znode. */
export function isPath(path: string): boolean {
  if (path === ROOT) return true;
  return path.startsWith(ROOT) && !REFUSED_ELEMENTS.test(path) && !REFUSED_CHARACTERS.test(path);
}

/**
 * The path of the parent, empty for a child of the root, or undefined when a request with this path is
 * refused before anything is looked up. The path need not be valid otherwise.
 */
export function parentPath(path: string): string | undefined {
  const slash = path.lastIndexOf('/');
  return slash === -1 || path.includes('\0') ? undefined : path.slice(0, slash);
}

/** What the paths of all descendants begin with. */
export function prefixOfChildren(path: string): string {
  return path === ROOT ? ROOT : `${path}/`;
}
