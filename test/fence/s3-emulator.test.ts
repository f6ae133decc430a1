// Goal: the check works on S3 as an emulator and the SDK know it, and the double of `s3.test.ts` is no kinder. Method:
// the same suite, by the client of `@aws-sdk/client-s3`; `npm run test:fence` brings both.

import { createRequire } from 'node:module';
import { describe, test } from 'vitest';
import type { S3Objects } from '../../src/fence/s3.ts';
import { s3Suite } from './s3-contract.ts';

interface Settings {
  readonly modules: string;
  readonly endpoint: string;
  readonly account: string;
}

interface S3Client extends S3Objects {
  createBucket(input: { readonly Bucket: string }): Promise<unknown>;
}

// biome-ignore lint/style/noProcessEnv: set by the script that starts the emulator
const settings: Settings | null = JSON.parse(process.env['ORDINAL_FENCE_S3'] ?? 'null');

if (settings) {
  const { modules, endpoint, account } = settings;
  s3Suite(
    'an emulator, by the SDK',
    async () => {
      // It is no dependency, so nobody knows its types here.
      const { S3 } = createRequire(`${modules}/`)('@aws-sdk/client-s3') as {
        S3: new (options: object) => S3Client;
      };
      const s3 = new S3({
        endpoint,
        region: 'us-east-1',
        forcePathStyle: true,
        credentials: { accessKeyId: account, secretAccessKey: 'test' },
      });
      await s3.createBucket({ Bucket: 'shop' });
      return { s3, name: 'shop' };
    },
    1,
  );
} else {
  describe('S3: an emulator, by the SDK', () => {
    test.skip('not run: run `npm run test:fence`', () => {});
  });
}
