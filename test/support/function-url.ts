// What a Function URL makes of an HTTP request: an event with payload version 2.0.

export interface FunctionUrlOptions {
  /** False: the URL admits requests without a signature. */
  readonly signed: boolean;
}

/** Bodies of these types come as text, all others in base64. */
const TEXT = /^(text\/|application\/(json|xml|javascript|x-www-form-urlencoded))/;

export async function functionUrlEvent(request: Request, { signed }: FunctionUrlOptions): Promise<object> {
  const url = new URL(request.url);
  const body = Buffer.from(await request.arrayBuffer());
  const isBase64Encoded = !TEXT.test(request.headers.get('content-type') ?? '');
  const now = new Date();
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: url.pathname,
    rawQueryString: url.search.slice(1),
    headers: {
      ...Object.fromEntries(request.headers),
      host: url.host,
      'x-forwarded-for': '192.0.2.1',
      'x-forwarded-proto': 'https',
    },
    ...(url.search ? { queryStringParameters: Object.fromEntries(url.searchParams) } : {}),
    requestContext: {
      accountId: signed ? '123456789012' : 'anonymous',
      apiId: 'urlid',
      ...(signed
        ? {
            authorizer: { iam: { accountId: '123456789012', userArn: 'arn:aws:iam::123456789012:user/ann' } },
          }
        : {}),
      domainName: url.host,
      domainPrefix: url.host.split('.')[0],
      http: {
        method: request.method,
        path: url.pathname,
        protocol: 'HTTP/1.1',
        sourceIp: '192.0.2.1',
        userAgent: 'test',
      },
      requestId: 'e1506fd5-9e7b-434f-bd42-4f8fa224b599',
      routeKey: '$default',
      stage: '$default',
      time: now.toUTCString(),
      timeEpoch: now.getTime(),
    },
    ...(body.length > 0 ? { body: body.toString(isBase64Encoded ? 'base64' : 'utf8') } : {}),
    isBase64Encoded: body.length > 0 && isBase64Encoded,
  };
}
