// What traces need to know of requests.

export interface RequestBegun {
  readonly requestId: string;
  readonly method: string;
  /** The pattern of the route. */
  readonly route: string;
  /** May name the span of the sender (W3C Trace Context). */
  readonly headers: Headers;
}

export interface RequestTracing {
  /** Runs the handling of a request in a span of its own. Calls `run` once, and answers as it does. */
  request(begun: RequestBegun, run: () => Promise<Response>): Promise<Response>;
}
