// The reference server of Durable Streams, file-backed. Arguments: the port, the directory of its data, and
// the one in which npm has installed `@durable-streams/server`.

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [port = '', data = '', installed = ''] = process.argv.slice(2);
const path = createRequire(join(installed, 'package.json')).resolve('@durable-streams/server');
const { DurableStreamTestServer } = await import(pathToFileURL(path).href);
await new DurableStreamTestServer({ port: Number(port), dataDir: data, compression: false }).start();
