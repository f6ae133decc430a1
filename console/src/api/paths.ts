// Addresses of the API.

export function inNamespace(namespace: string, below: string): string {
  return `/v1/namespaces/${encodeURIComponent(namespace)}${below}`;
}

/** The parts of a key or of a stream's path stay parts: their slashes are not encoded. */
export function below(resource: string, path: string): string {
  return `${resource}/${path.split('/').map(encodeURIComponent).join('/')}`;
}

/** Why no URL can lead there: browsers take these parts for steps up and down. */
export function pathFault(path: string): string | undefined {
  if (path === '') return 'it is empty';
  const steps = path.split('/').some((part) => part === '.' || part === '..');
  return steps ? 'a browser cannot ask for a part that is "." or ".."' : undefined;
}
