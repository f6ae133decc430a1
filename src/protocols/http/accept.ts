// What a reader would like to have, and what it has already (RFC 9110, sections 12.5.1 and 13.1.2).

/** Whether `Accept` names this type. A wildcard does not: it is content with what all others get. */
export function accepts(accept: string | undefined, mediaType: string): boolean {
  return (accept ?? '').split(',').some((range) => {
    const [type, ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    return type === mediaType && !parameters.some((parameter) => /^q=0(?:\.0{0,3})?$/.test(parameter));
  });
}

/** Whether `If-None-Match` names this ETag. Compares weakly, as is demanded for reads. */
export function isListed(ifNoneMatch: string | undefined, etag: string): boolean {
  const listed = ifNoneMatch?.split(',').map((one) => one.trim().replace(/^W\//, ''));
  return listed?.some((one) => one === etag || one === '*') ?? false;
}
