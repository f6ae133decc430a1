// The credentials of a request over HTTP. Each is read on demand, because no admission looks at all of them.

import type { Credentials } from '../../access/principal.ts';

const BEARER = /^Bearer +([\w.~+/-]+=*) *$/i;
const OTHER_SITES = ['cross-site', 'same-site'];

export class HttpCredentials implements Credentials {
  readonly #request: Request;
  readonly #trustedOrigins: readonly string[];

  /** @param trustedOrigins origins of other sites whose pages the operator has allowed */
  constructor(request: Request, trustedOrigins: readonly string[] = []) {
    this.#request = request;
    this.#trustedOrigins = trustedOrigins;
  }

  /**
   * The token of an `Authorization: Bearer` header (RFC 6750). A token in a URL does not count: URLs get
   * logged.
   */
  get bearerToken(): string | undefined {
    return BEARER.exec(this.#request.headers.get('authorization') ?? '')?.[1];
  }

  get presented(): boolean {
    return this.#request.headers.has('authorization');
  }

  get host(): string {
    return this.#request.headers.get('host') ?? new URL(this.#request.url).host;
  }

  /**
   * A page of another server on this machine is of another site, too. A request for an image of another site
   * has no `Origin`, but its fetch metadata show the site.
   */
  get fromOtherSite(): boolean {
    const origin = this.#request.headers.get('origin');
    if (origin !== null && this.#trustedOrigins.includes(origin)) return false;
    // There is no TLS on the loopback, so a page of this server has this scheme.
    if (origin !== null) return origin !== `http://${this.host.toLowerCase()}`;
    return OTHER_SITES.includes(this.#request.headers.get('sec-fetch-site') ?? '');
  }
}
