// Goal: real servers on real sockets do what the server on virtual time does: beside HTTP, with TLS, killed, shut down, several on one
// directory. Method: processes as a user starts them, and clients that show every message.

import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { runServer, type ServerProcess, startServer } from '../support/server-process.ts';
import { RawConnection } from '../support/zookeeper/connection.ts';
import { fourLetters } from '../support/zookeeper/four-letters.ts';
import { create, EPHEMERAL, exists, get, set } from './server/requests.ts';

let directory: string;
let servers: ServerProcess[] = [];

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'ordinal-zookeeper-'));
});

afterEach(async () => {
  const running = servers.filter(({ child }) => child.exitCode === null && child.signalCode === null);
  await Promise.all(running.map((server) => server.end('SIGKILL')));
  servers = [];
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function start(data: string, ...args: string[]) {
  const all = ['--data', join(directory, data), '--zookeeper', '0', '--log-level', 'info', ...args];
  const server = await startServer(all);
  servers.push(server);
  const port = Number(/ZooKeeper clients find it at \S+:(\d+)/.exec(server.output())?.[1]);
  return { ...server, port };
}

test('a session and its ephemeral znode outlive a server that is killed, and go on at the next one', async () => {
  const first = await start('killed');
  const client = await RawConnection.start(first.port);
  await client.ask(create('/mine', 'data', { flags: EPHEMERAL }));
  await first.end('SIGKILL');
  await client.until(() => client.isClosed);
  const second = await start('killed');
  const again = await RawConnection.open(second.port);
  const { session = '', password = '' } = client.connected ?? {};
  expect(await again.connect({ timeoutMs: 30_000, session, password })).toMatchObject({ session, password });
  expect(await again.ask(get('/mine'))).toMatchObject({ error: 0, body: { data: 'data' } });
});

test('two servers on one directory: a watch at one tells of a write at the other, and a session moves', async () => {
  const [one, two] = [await start('shared'), await start('shared')];
  const [watcher, writer] = [await RawConnection.start(one.port), await RawConnection.start(two.port)];
  await writer.ask(create('/a'));
  await watcher.ask({ op: 'sync', path: '/a' });
  await watcher.ask(get('/a', true));
  await writer.ask(set('/a', 'x'));
  let events: unknown[] = [];
  await watcher.until(() => {
    events = [...events, ...watcher.take()];
    return events.length > 0;
  });
  expect(events).toMatchObject([{ kind: 'event', type: 3, path: '/a' }]);
  const moved = await RawConnection.open(two.port);
  const { session = '', password = '' } = watcher.connected ?? {};
  await moved.connect({ timeoutMs: 30_000, session, password });
  watcher.send([set('/a', 'late')]);
  await watcher.until(() => watcher.isClosed);
  expect(await moved.ask(get('/a'))).toMatchObject({ body: { data: 'x' } });
});

test('SIGTERM closes the connections, and not the sessions', async () => {
  const server = await start('ended');
  const client = await RawConnection.start(server.port);
  await client.ask(create('/mine', '', { flags: EPHEMERAL }));
  expect(await server.end('SIGTERM')).toBe(0);
  await client.until(() => client.isClosed);
  servers = [];
  const next = await start('ended');
  const other = await RawConnection.start(next.port);
  expect(await other.ask(exists('/mine'))).toMatchObject({ error: 0 });
});

test('metrics tell of connections, sessions, watches and requests', async () => {
  const server = await start('metrics');
  const client = await RawConnection.start(server.port);
  client.send([create('/a'), create('/a'), get('/a', true)]);
  await client.answered();
  const text = await (await fetch(`${server.url}/metrics`)).text();
  for (const line of [
    'ordinal_zookeeper_connections 1',
    'ordinal_zookeeper_sessions 1',
    'ordinal_zookeeper_watches 1',
    'ordinal_zookeeper_outstanding_requests 0',
    'ordinal_zookeeper_requests_total{operation="write",outcome="ok"} 1',
    'ordinal_zookeeper_requests_total{operation="write",outcome="error"} 1',
    'ordinal_zookeeper_requests_total{operation="get-data",outcome="ok"} 1',
    'ordinal_namespace_applied_position{namespace="zookeeper"} 3',
  ])
    expect(text.split('\n')).toContain(line);
  expect(text).toMatch(/ordinal_zookeeper_request_seconds_total\{operation="write"\} 0\.\d/);
});

test('a four-letter word is answered, and what ends in the middle of a message does no harm', async () => {
  const server = await start('words');
  const half = createConnection({ port: server.port, host: '127.0.0.1' });
  await once(half, 'connect');
  half.end(Buffer.from([0, 0, 0]));
  await once(half, 'close');
  expect(await fourLetters(server.port, 'ruok')).toBe('imok');
  expect(await fourLetters(server.port, 'mntr')).toContain('zk_num_alive_connections\t1\n');
});

describe('what is refused at the start', () => {
  const ended = async (...args: string[]) => {
    const { child, output } = runServer(['--port', '0', ...args]);
    await once(child, 'exit');
    return output();
  };

  test('to serve others without client certificates, unless it is said so', async () => {
    const data = join(directory, 'refused');
    const env = { ORDINAL_TOKEN: 'a-token-of-more-than-sixteen-characters' };
    const { child, output } = runServer(
      ['--port', '0', '--zookeeper', '0', '--host', '0.0.0.0', '--data', data],
      env,
    );
    await once(child, 'exit');
    expect(output()).toContain('--tls-ca');
    expect(await ended('--zookeeper', '0', '--zookeeper-host', '0.0.0.0', '--data', data)).toContain(
      '--zookeeper-open',
    );
    const open = await start('open', '--zookeeper-host', '0.0.0.0', '--zookeeper-open');
    expect(await fourLetters(open.port, 'ruok')).toBe('imok');
  });

  test('a namespace that is none of ZooKeeper, and a port that is taken', async () => {
    const server = await start('taken');
    await fetch(`${server.url}/v1/names/alice`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: '{"owner":"me"}',
    });
    const data = join(directory, 'taken');
    expect(await ended('--data', data, '--zookeeper', '0', '--zookeeper-namespace', 'default')).toContain(
      'state machine',
    );
    expect(await ended('--data', data, '--zookeeper', String(server.port))).toContain(
      'choose another with --zookeeper',
    );
  });
});

describe('TLS', () => {
  const file = (name: string) => join(directory, name);

  beforeAll(() => {
    const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: directory, stdio: 'ignore' });
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    openssl(
      'req',
      '-x509',
      ...key,
      '-keyout',
      'ca.key',
      '-out',
      'ca.pem',
      '-days',
      '2',
      '-subj',
      '/CN=authority',
    );
    for (const name of ['server', 'client']) {
      openssl('req', ...key, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', '/CN=localhost');
      openssl(
        'x509',
        '-req',
        '-in',
        `${name}.csr`,
        '-CA',
        'ca.pem',
        '-CAkey',
        'ca.key',
        '-CAcreateserial',
        '-out',
        `${name}.pem`,
        '-days',
        '2',
      );
    }
  });

  const say = async (port: number, client?: 'client') => {
    const shown = client && { cert: readFileSync(file('client.pem')), key: readFileSync(file('client.key')) };
    const socket = connectTls({
      port,
      host: '127.0.0.1',
      ca: readFileSync(file('ca.pem')),
      servername: 'localhost',
      ...shown,
    });
    let text = '';
    socket.on('data', (bytes) => {
      text += bytes;
    });
    socket.on('error', () => undefined);
    socket.write('ruok');
    await new Promise((resolve) => socket.on('close', resolve));
    return text;
  };

  test('serves both protocols with it, and nobody without', async () => {
    const server = await start('tls', '--tls-cert', file('server.pem'), '--tls-key', file('server.key'));
    expect(server.url).toMatch(/^https:/);
    expect(await say(server.port)).toBe('imok');
    expect(await fourLetters(server.port, 'ruok, and what is no message of TLS')).toBe('');
    await expect(fetch(server.url)).rejects.toThrow();
  });

  test('with an authority, only clients with a certificate of it are served, on any address', async () => {
    const tls = [
      '--tls-cert',
      file('server.pem'),
      '--tls-key',
      file('server.key'),
      '--tls-ca',
      file('ca.pem'),
    ];
    const server = await start('mutual', '--zookeeper-host', '0.0.0.0', ...tls);
    expect(await say(server.port)).toBe('');
    expect(await say(server.port, 'client')).toBe('imok');
  });

  test('a key that is none says so', async () => {
    const { child, output } = runServer([
      '--port',
      '0',
      '--store',
      'memory',
      '--tls-cert',
      file('ca.pem'),
      '--tls-key',
      file('client.key'),
    ]);
    await once(child, 'exit');
    expect(output()).toContain('for TLS');
  });
});
