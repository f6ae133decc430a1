// Goal: a token guards an S3 object, and every failure says whether something happened. Method: the suite of
// `s3-contract.ts` on a double; then answers that S3 seldom gives.

import { expect, test } from 'vitest';
import { type Clock, systemClock } from '../../src/clock.ts';
import { type PutObjectInput, putFencedObject, type S3Objects } from '../../src/fence/s3.ts';
import { s3Suite } from './s3-contract.ts';
import { S3Double, S3Error } from './s3-double.ts';

const BUCKET = 'shop';
const CLOCK: Clock = { ...systemClock, sleep: async () => undefined };

s3Suite('a double', async () => ({ s3: new S3Double(BUCKET), name: BUCKET }), 2);

type Puts = (put: PutObjectInput, inner: S3Double) => Promise<{ ETag?: string }>;

/** The answers to the puts come from `answers` in turn, and then from the double. */
function answering(...answers: Puts[]) {
  const inner = new S3Double(BUCKET);
  const left = [...answers];
  let puts = 0;
  const s3: S3Objects = {
    headObject: (input) => inner.headObject(input),
    putObject: (input) => {
      puts += 1;
      const answer = left.shift();
      return answer ? answer(input, inner) : inner.putObject(input);
    },
  };
  const write = (token: number) =>
    putFencedObject(s3, { Bucket: BUCKET, Key: 'a', body: (stamp) => stamp }, token, { clock: CLOCK });
  return { inner, write, puts: () => puts };
}

const refuses =
  (name: string, status: number, attempts = 1): Puts =>
  async () => {
    throw new S3Error(name, status, attempts);
  };

const losesAnswer: Puts = async (put, inner) => {
  await inner.putObject(put);
  throw new Error('socket hang up');
};

/** The answer is lost, and another holder writes before this one looks again. */
const isOvertakenBy =
  (token: string): Puts =>
  async (put, inner) => {
    const { ETag } = await inner.putObject(put);
    const { Bucket, Key } = put;
    await inner.putObject({
      Bucket,
      Key,
      Body: 'other',
      IfMatch: ETag,
      Metadata: { 'ordinal-fence': token },
    });
    throw new Error('socket hang up');
  };

test('the object says which write it is of, so a lost answer is made up for', async () => {
  const { inner, write, puts } = answering(losesAnswer);
  const { ETag } = await inner.putObject({ Bucket: BUCKET, Key: 'a', Body: 'x', Metadata: {} });
  const written = await write(1);
  expect(written).toMatchObject({ kind: 'written' });
  expect(written).not.toMatchObject({ etag: ETag });
  expect(puts()).toBe(1);
});

test('a request that was lost is sent again', async () => {
  const { write, puts } = answering(
    refuses('InternalError', 500),
    refuses('ConditionalRequestConflict', 409),
  );
  expect(await write(1)).toMatchObject({ kind: 'written' });
  expect(puts()).toBe(3);
});

test('a conflict without end is a definite failure', async () => {
  const conflict = refuses('ConditionalRequestConflict', 409);
  const { write, puts } = answering(conflict, conflict, conflict, conflict, conflict);
  expect(await write(1)).toMatchObject({ kind: 'failed', definite: true });
  expect(puts()).toBe(5);
});

test('a failure without end is an indefinite one', async () => {
  const error = refuses('InternalError', 500);
  const { write } = answering(error, error, error, error, error);
  expect(await write(1)).toMatchObject({ kind: 'failed', definite: false });
});

test('what may not be written fails at once', async () => {
  const { write, puts } = answering(refuses('AccessDenied', 403));
  expect(await write(1)).toEqual({ kind: 'failed', definite: true, message: 'S3 PutObject: AccessDenied' });
  expect(puts()).toBe(1);
});

test('a refusal after a lost answer does not undo what may have been written', async () => {
  const { write } = answering(refuses('InternalError', 500), refuses('AccessDenied', 403));
  expect(await write(1)).toMatchObject({ kind: 'failed', definite: false });
});

test('overtaken by a greater token after a lost answer: fenced, and perhaps written before', async () => {
  const { write } = answering(isOvertakenBy('9'));
  expect(await write(1)).toEqual({ kind: 'fenced', definite: false, fence: 9 });
});

test('overtaken by the same token after a lost answer: not written a second time', async () => {
  const { write, puts } = answering(isOvertakenBy('1'));
  expect(await write(1)).toMatchObject({ kind: 'failed', definite: false });
  expect(puts()).toBe(1);
});

test('a refusal after the SDK has sent the put again may be of its own first try', async () => {
  const lostInTheSdk: Puts = async (put, inner) => {
    await inner.putObject(put);
    throw new S3Error('PreconditionFailed', 412, 2);
  };
  expect(await answering(lostInTheSdk).write(1)).toMatchObject({ kind: 'written' });
  const overtaken: Puts = async (put, inner) => {
    await isOvertakenBy('9')(put, inner).catch(() => undefined);
    throw new S3Error('PreconditionFailed', 412, 2);
  };
  expect(await answering(overtaken).write(1)).toMatchObject({ kind: 'fenced', definite: false });
});

test('a read that fails for good is a definite failure', async () => {
  const s3: S3Objects = {
    headObject: refuses('Forbidden', 403) as S3Objects['headObject'],
    putObject: async () => ({}),
  };
  const object = { Bucket: BUCKET, Key: 'a', body: (stamp: string) => stamp };
  expect(await putFencedObject(s3, object, 1)).toMatchObject({ kind: 'failed', definite: true });
});

test('a body without the stamp is no body, and a token is a whole number', async () => {
  const s3 = new S3Double(BUCKET);
  const object = { Bucket: BUCKET, Key: 'a', body: () => 'the same each time' };
  await expect(putFencedObject(s3, object, 1)).rejects.toThrow(RangeError);
  for (const token of [-1, 1.5, Number.NaN, 2 ** 53]) {
    const stamped = { ...object, body: (stamp: string) => stamp };
    await expect(putFencedObject(s3, stamped, token)).rejects.toThrow(RangeError);
  }
});
