// Requests as events of a Lambda function: payload version 2.0, as Function URLs send it, and as clients that
// invoke it directly do.

import * as z from 'zod/mini';

/** The part of the payload that carries a request. */
export const functionEvent = z.object({
  version: z.literal('2.0'),
  rawPath: z.string(),
  rawQueryString: z._default(z.string(), ''),
  headers: z._default(z.record(z.string(), z.optional(z.string())), {}),
  cookies: z.optional(z.array(z.string())),
  body: z.optional(z.string()),
  isBase64Encoded: z._default(z.boolean(), false),
  requestContext: z.object({
    http: z.object({ method: z.string() }),
    /** A Function URL always has one, and no caller chooses it. */
    domainName: z.optional(z.string()),
    /** The caller as IAM knows it; absent when the URL asks for no signature. */
    authorizer: z.optional(z.object({ iam: z.optional(z.looseObject({})) })),
  }),
});

export type FunctionEvent = z.infer<typeof functionEvent>;

/** A caller that may invoke the function itself can write any event. Events of the URL have its domain. */
export function isDirectInvocation(event: FunctionEvent): boolean {
  return event.requestContext.domainName === undefined;
}

/** @throws TypeError when it cannot be a request, like one with the method TRACE */
export function requestOf(event: FunctionEvent, signal?: AbortSignal): Request {
  const { domainName = DIRECT_HOST, http } = event.requestContext;
  const query = event.rawQueryString === '' ? '' : `?${event.rawQueryString}`;
  const headers = new Headers();
  for (const [name, value] of Object.entries(event.headers)) {
    if (value !== undefined) headers.set(name, latin1Of(value));
  }
  if (event.cookies) headers.set('cookie', event.cookies.join('; '));
  const body = bodyOf(event);
  return new Request(`https://${domainName}${encoded(event.rawPath)}${query}`, {
    method: http.method,
    headers,
    ...(body && body.length > 0 ? { body } : {}),
    ...(signal ? { signal } : {}),
  });
}

/** The event that carries `request` to the function without a URL. */
export async function eventOf(request: Request): Promise<FunctionEvent> {
  const { pathname, search } = new URL(request.url);
  const body = Buffer.from(await request.arrayBuffer());
  return {
    version: '2.0',
    rawPath: pathname,
    rawQueryString: search.slice(1),
    headers: Object.fromEntries(request.headers),
    ...(body.length > 0 ? { body: body.toString('base64') } : {}),
    isBase64Encoded: body.length > 0,
    requestContext: { http: { method: request.method } },
  };
}

const DIRECT_HOST = 'ordinal.invalid';

/**
 * Function URLs hand on the path as it was sent; HTTP APIs and some emulators decode it. Characters that an
 * encoded path cannot have are encoded, so that no name turns into a query.
 */
function encoded(rawPath: string): string {
  return rawPath.replace(/%(?![0-9a-f]{2})|[?#]|[^!-~]+/gi, (found) =>
    encodeURIComponent(found.toWellFormed()),
  );
}

function bodyOf({ body, isBase64Encoded }: FunctionEvent): Buffer<ArrayBuffer> | undefined {
  return body === undefined ? undefined : Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
}

/**
 * Events are JSON, so a header can hold characters that none can have; as the bytes of their UTF-8 it can.
 */
function latin1Of(value: string): string {
  return Buffer.from(value, 'utf8').toString('latin1');
}
