// LocalStack in a container. 4.14.0 is the last image that needs no account.

import { LocalstackContainer } from '@testcontainers/localstack';
import type { CloudEmulator } from './emulator.ts';

const IMAGE = 'localstack/localstack:4.14.0';

export async function startLocalStack(): Promise<CloudEmulator> {
  const container = await new LocalstackContainer(IMAGE)
    // Functions run in containers of their own, beside this one.
    .withBindMounts([{ source: '/var/run/docker.sock', target: '/var/run/docker.sock' }])
    .start();
  return {
    name: IMAGE,
    endpoint: container.getConnectionUri(),
    account: '000000000000',
    accessKeyId: 'test',
    prepare: async () => undefined,
    stop: async () => {
      await container.stop();
    },
  };
}
