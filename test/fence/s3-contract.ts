// What the check relies on of S3. It runs on the double and, by `npm run test:fence`, on an emulator, so that the
// double allows nothing that the emulator refuses.

import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Clock, systemClock } from '../../src/clock.ts';
import { type PutObjectInput, putFencedObject, type S3Objects } from '../../src/fence/s3.ts';
import { explore, type Gate, type GuardedValue } from './interleavings.ts';

/** No measure of anything: on an emulator each of thousands of calls takes a while. */
const HANGS_AFTER_MS = 600_000;
const CLOCK: Clock = { ...systemClock, sleep: async () => undefined };

interface Bucket {
  readonly s3: S3Objects;
  readonly name: string;
}

export function s3Suite(name: string, start: () => Promise<Bucket>, faultsMax: number): void {
  describe(`S3: ${name}`, () => {
    let bucket: Bucket;
    let s3: S3Objects;
    beforeAll(async () => {
      bucket = await start();
      s3 = bucket.s3;
    });

    const put = (Key: string, Body: string, more: Partial<PutObjectInput> = {}) =>
      s3.putObject({ Bucket: bucket.name, Key, Body, Metadata: {}, ...more });
    const head = (Key: string) => s3.headObject({ Bucket: bucket.name, Key });
    const status = (httpStatusCode: number) => ({ $metadata: { httpStatusCode } });

    describe('conditions', () => {
      test('If-None-Match: * is for a key without an object', async () => {
        const key = randomUUID();
        await expect(head(key)).rejects.toMatchObject(status(404));
        await put(key, 'a', { IfNoneMatch: '*' });
        await expect(put(key, 'b', { IfNoneMatch: '*' })).rejects.toMatchObject(status(412));
      });

      test('If-Match is for the object that has the ETag', async () => {
        const key = randomUUID();
        await expect(put(key, 'a', { IfMatch: '"0123456789abcdef"' })).rejects.toMatchObject(status(404));
        const { ETag: first = '' } = await put(key, 'a');
        expect((await head(key)).ETag).toBe(first);
        const { ETag: second = '' } = await put(key, 'b', { IfMatch: first });
        expect(second).not.toBe(first);
        await expect(put(key, 'c', { IfMatch: first })).rejects.toMatchObject(status(412));
        expect((await head(key)).ETag).toBe(second);
      });

      test('the metadata is of the last put, and takes no part in the ETag', async () => {
        const key = randomUUID();
        const { ETag: first } = await put(key, 'a', { Metadata: { 'ordinal-fence': '1', other: 'x' } });
        const { ETag: second } = await put(key, 'a', { Metadata: { 'ordinal-fence': '2' } });
        expect(second).toBe(first);
        expect((await head(key)).Metadata).toEqual({ 'ordinal-fence': '2' });
      });

      test('there is no object in a bucket that is not there', async () => {
        const Bucket = 'ordinal-no-such-bucket';
        await expect(s3.headObject({ Bucket, Key: 'a' })).rejects.toMatchObject(status(404));
        const putting = s3.putObject({ Bucket, Key: 'a', Body: 'a', Metadata: {}, IfNoneMatch: '*' });
        await expect(putting).rejects.toMatchObject({ name: 'NoSuchBucket', ...status(404) });
      });
    });

    describe('the check', () => {
      const write = (Key: string, token: number) =>
        putFencedObject(s3, { Bucket: bucket.name, Key, body: (stamp) => `by ${stamp}` }, token);

      test('a greater token shuts out smaller ones', async () => {
        const key = randomUUID();
        expect(await write(key, 5)).toMatchObject({ kind: 'written', etag: (await head(key)).ETag });
        expect(await write(key, 5)).toMatchObject({ kind: 'written' });
        expect(await write(key, 4)).toEqual({ kind: 'fenced', definite: true, fence: 5 });
        expect(await write(key, 7)).toMatchObject({ kind: 'written' });
        expect(await write(key, 5)).toEqual({ kind: 'fenced', definite: true, fence: 7 });
        expect((await head(key)).Metadata).toMatchObject({ 'ordinal-fence': '7' });
      });

      test('an object without a token takes any', async () => {
        const key = randomUUID();
        await put(key, 'by hand');
        expect(await write(key, 1)).toMatchObject({ kind: 'written' });
      });

      test('a missing bucket is a definite failure', async () => {
        const object = { Bucket: 'ordinal-no-such-bucket', Key: 'a', body: (stamp: string) => stamp };
        expect(await putFencedObject(s3, object, 1)).toEqual({
          kind: 'failed',
          definite: true,
          message: 'S3 PutObject: NoSuchBucket',
        });
      });
    });

    describe('two writers in every order', () => {
      const valueAt = (key: string, write: GuardedValue['write']): GuardedValue => ({
        write,
        owner: async () => Number((await head(key).catch(() => undefined))?.Metadata?.['ordinal-fence'] ?? 0),
      });
      const newValue = async () => {
        const key = randomUUID();
        return valueAt(key, (token, gate) => {
          const object = { Bucket: bucket.name, Key: key, body: (stamp: string) => `same ${stamp}` };
          return putFencedObject(gated(s3, gate), object, token, { triesMax: 2, clock: CLOCK });
        });
      };

      test('the object never goes back', { timeout: HANGS_AFTER_MS }, async () => {
        expect(await explore(newValue, { faultsMax, writesMax: 1 })).toBeGreaterThan(100);
      });

      test('without a stamp in the bytes it would', async () => {
        const unstamped = async () => {
          const key = randomUUID();
          await put(key, 'same');
          return valueAt(key, (token, gate) => withoutStamp(gated(s3, gate), bucket.name, key, token));
        };
        await expect(explore(unstamped, { faultsMax: 0, writesMax: 1 })).rejects.toThrow(
          'the value went back',
        );
      });
    });
  });
}

/** Token and ETag are read, and the put is conditional. Only the bytes are the same each time. */
async function withoutStamp(s3: S3Objects, Bucket: string, Key: string, token: number) {
  const { ETag = '', Metadata = {} } = await s3.headObject({ Bucket, Key });
  if (Number(Metadata['ordinal-fence'] ?? 0) > token) return { kind: 'fenced', definite: true };
  const written = { Bucket, Key, Body: 'same', Metadata: { 'ordinal-fence': String(token) }, IfMatch: ETag };
  return s3.putObject(written).then(
    () => ({ kind: 'written' }),
    () => ({ kind: 'failed', definite: true }),
  );
}

function gated(s3: S3Objects, gate: Gate): S3Objects {
  return {
    headObject: (input) => gate(() => s3.headObject(input), true),
    putObject: (input) => gate(() => s3.putObject(input)),
  };
}
