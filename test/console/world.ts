// A small shop that uses all of Ordinal: what the views show in tests and on the pictures of the documents.

/**
 * Two servers on one store claim a name at once. Each believes that it is free, so both claims are in the
 * log, and their positions decide.
 */
export async function race(name: string, first: Shop, second: Shop): Promise<number[]> {
  const answers = await Promise.all([first.claim(name, 'team-sales'), second.claim(name, 'team-payments')]);
  return answers.map(({ status }) => status);
}

type Json = Readonly<Record<string, unknown>>;

export class Shop {
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(url: string, token?: string) {
    this.#url = url;
    this.#headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  }

  /** Names, keys with a past, locks with a queue, leases, elections, groups, sequences, streams. */
  async open(): Promise<void> {
    await this.#openNames();
    await this.#openKeys();
    await this.#openLeases();
    await this.#openStreams();
    await this.send('PUT', '/v1/namespaces/warehouse/names/gate-1', { owner: 'robot-3' });
  }

  async send(method: string, path: string, body?: Json | string, headers: Json = {}): Promise<Response> {
    const type = typeof body === 'string' ? 'text/plain' : 'application/json';
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return fetch(this.#url + path, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': type }), ...this.#headers, ...headers },
      ...(text === undefined ? {} : { body: text }),
    });
  }

  claim(name: string, owner: string): Promise<Response> {
    return this.send('PUT', `/v1/names/${name}`, { owner });
  }

  put(key: string, value: string): Promise<Response> {
    return this.send('PUT', `/v1/keys/${key}`, value);
  }

  /** Waits in the queue of the lock until the server stops waiting. */
  acquire(lock: string, lease: string, waitMs = 0): Promise<Response> {
    return this.send('PUT', `/v1/locks/${lock}`, { lease, ttlMs: 600_000, waitMs });
  }

  async #openNames(): Promise<void> {
    for (const [name, owner] of [
      ['anna', 'user-17'],
      ['bert', 'user-4'],
      ['checkout', 'team-payments'],
      ['inventory', 'team-stock'],
    ] as const)
      await this.claim(name, owner);
  }

  async #openKeys(): Promise<void> {
    for (const timeout of ['10s', '20s', '30s']) await this.put('config/checkout/timeout', timeout);
    await this.put('config/checkout/retries', '3');
    await this.put('config/checkout/limits', '{"perMinute":600,"burst":50}');
    await this.put('config/search/index', 'products-2026-11');
    await this.put('flags/new-basket', 'on');
    await this.put('flags/dark-mode', 'off');
    await this.put('motd', 'Stock-taking on Friday');
  }

  async #openLeases(): Promise<void> {
    await this.send('PUT', '/v1/leases/session-anna', { ttlMs: 90_000 });
    await this.send('PUT', '/v1/keys/presence/anna?lease=session-anna', 'basket');
    await this.acquire('nightly-report', 'worker-1');
    for (const lease of ['worker-2', 'worker-3']) await this.acquire('nightly-report', lease, 1);
    await this.acquire('reindex', 'worker-3');
    for (const host of ['host-a', 'host-b'])
      await this.send('PUT', '/v1/elections/scheduler', {
        lease: host,
        ttlMs: 300_000,
        value: `http://${host}:8080`,
        waitMs: 1,
      });
    for (const worker of ['worker-1', 'worker-2', 'worker-3'])
      await this.send('PUT', `/v1/groups/workers/${worker}`, {
        lease: worker,
        metadata: `zone ${worker.at(-1)}`,
      });
    await this.send('POST', '/v1/sequences/invoices', { count: 41 });
    await this.send('POST', '/v1/sequences/parcels', {});
  }

  async #openStreams(): Promise<void> {
    const orders = [
      { order: 1, item: 'lamp', amount: 2 },
      { order: 2, item: 'chair', amount: 4 },
      { order: 3, item: 'table', amount: 1 },
      { order: 4, item: 'lamp', amount: 1, gift: true },
    ];
    await this.send('PUT', '/v1/stream/orders/2026', undefined, { 'content-type': 'application/json' });
    for (const order of orders) await this.send('POST', '/v1/stream/orders/2026', order);
    await this.send('PUT', '/v1/stream/audit', 'checkout opened\n');
    await this.send('POST', '/v1/stream/audit', 'price list 12 published\n');
    await this.send('PUT', '/v1/stream/orders/2025', undefined, {
      'content-type': 'application/json',
      'stream-closed': 'true',
    });
  }
}
