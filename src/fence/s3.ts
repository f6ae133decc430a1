// A fencing token as a condition on the write of an S3 object. S3 compares nothing but ETags, so a write
// reads token and ETag, and puts the object only if the ETag is still the same.
//
// An ETag is a hash of the bytes: an object that gets its old bytes back has its old ETag again, whatever
// its metadata says. A paused holder would find the ETag that it has read. So every write has bytes of its
// own: they contain a stamp that no other write has.

import type { Failed } from '../api/common.ts';
import { type Clock, type Random, systemClock, systemRandom } from '../clock.ts';
import { type AwsError, describeAwsError } from './aws-error.ts';
import { checkToken, type Fenced, failed, tokenIn } from './results.ts';

/**
 * The methods of a client that a write needs: `S3` of the package `@aws-sdk/client-s3` has it, and others are
 * short.
 */
export interface S3Objects {
  /** @throws an error with `$metadata.httpStatusCode`, where an answer came */
  headObject(input: { readonly Bucket: string; readonly Key: string }): Promise<{
    readonly ETag?: string | undefined;
    readonly Metadata?: Readonly<Record<string, string>> | undefined;
  }>;
  /** @throws the same */
  putObject(input: PutObjectInput): Promise<{ readonly ETag?: string | undefined }>;
}

/** The members of the SDK's input of that name which a write uses. */
export interface PutObjectInput {
  Bucket: string;
  Key: string;
  Body: string | Uint8Array;
  Metadata: Record<string, string>;
  ContentType?: string;
  CacheControl?: string;
  IfMatch?: string;
  IfNoneMatch?: string;
}

export interface FencedObject {
  readonly Bucket: string;
  readonly Key: string;
  /**
   * The bytes of the object, which must contain the stamp somewhere. Called once a write.
   */
  readonly body: (stamp: string) => string | Uint8Array;
  readonly Metadata?: Readonly<Record<string, string>> | undefined;
  readonly ContentType?: string | undefined;
  readonly CacheControl?: string | undefined;
}

export interface PutOptions {
  /** How often the object is put before the write fails. Default: 5. */
  readonly triesMax?: number | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
}

export type PutObjectResult =
  | { readonly kind: 'written'; readonly etag: string; readonly stamp: string }
  | Fenced
  | Failed;

interface There {
  /** Undefined when there is no object. */
  readonly etag: string | undefined;
  readonly fence: number | undefined;
  readonly stamp: string | undefined;
}

interface Write {
  readonly s3: S3Objects;
  readonly put: PutObjectInput;
  readonly token: number;
  readonly stamp: string;
}

const FENCE = 'ordinal-fence';
const STAMP = 'ordinal-stamp';
const STAMP_BYTES = 12;
const TRIES_MAX = 5;
const PAUSE_FIRST_MS = 50;

/** Writes the object, unless a greater token has been written to it. */
export async function putFencedObject(
  s3: S3Objects,
  object: FencedObject,
  token: number,
  options: PutOptions = {},
): Promise<PutObjectResult> {
  const { triesMax = TRIES_MAX, clock = systemClock, random = systemRandom } = options;
  const write = writeOf(s3, object, token, random);
  let doubt: Doubt;
  for (let tries = 0; ; tries += 1) {
    const there = await lookAt(write);
    const isLast = tries === triesMax;
    if ('name' in there) {
      if (there.definite || isLast) return failed(doubt === undefined, there.message);
    } else {
      const settled = judge(write, there, doubt);
      if (settled.kind !== 'put') return settled;
      doubt = settled.doubt;
      if (isLast) return failed(doubt === undefined, `S3 PutObject: no try of ${triesMax} was the one`);
      const tried = await putOnto(write, there);
      if (tried.kind === 'written') return tried;
      if (tried.mayHaveWritten) doubt = { onto: there.etag };
      if (tried.isFinal) return failed(doubt === undefined, tried.message);
    }
    await clock.sleep(random.fraction() * PAUSE_FIRST_MS * 2 ** tries);
  }
}

/** An earlier try may have taken effect, if the object was then what it was found to be. */
type Doubt = { readonly onto: string | undefined } | undefined;

/**
 * Decides from the object whether this write is done, refused, of unknown outcome, or has to be put (again).
 */
function judge(
  { token, stamp }: Write,
  there: There,
  doubt: Doubt,
): PutObjectResult | { readonly kind: 'put'; readonly doubt: Doubt } {
  const { etag, fence } = there;
  if (there.stamp === stamp) return { kind: 'written', etag: etag ?? '', stamp };
  if (fence !== undefined && fence > token) return { kind: 'fenced', definite: doubt === undefined, fence };
  if (doubt === undefined || doubt.onto === etag) return { kind: 'put', doubt };
  // Another write has come in between. A smaller token cannot have followed this one, so this one is not
  // there, and the condition of its earlier try never holds again.
  if (fence !== undefined && fence < token) return { kind: 'put', doubt: undefined };
  return failed(false, 'S3 PutObject: another write has followed, perhaps upon this one');
}

async function lookAt({ s3, put: { Bucket, Key } }: Write): Promise<There | AwsError> {
  try {
    const { ETag, Metadata = {} } = await s3.headObject({ Bucket, Key });
    return { etag: ETag, fence: tokenIn(Metadata[FENCE]), stamp: Metadata[STAMP] };
  } catch (error) {
    const described = describeAwsError(error, 'S3 HeadObject');
    return described.status === 404 ? { etag: undefined, fence: undefined, stamp: undefined } : described;
  }
}

type Tried =
  | { readonly kind: 'written'; readonly etag: string; readonly stamp: string }
  | {
      readonly kind: 'not-known' | 'refused';
      readonly mayHaveWritten: boolean;
      /** Another try would fail, too. */
      readonly isFinal: boolean;
      readonly message: string;
    };

async function putOnto({ s3, put, stamp }: Write, { etag }: There): Promise<Tried> {
  const condition = etag === undefined ? { IfNoneMatch: '*' } : { IfMatch: etag };
  try {
    const { ETag = '' } = await s3.putObject({ ...put, ...condition });
    return { kind: 'written', etag: ETag, stamp };
  } catch (error) {
    const { name, status = 0, definite, message } = describeAwsError(error, 'S3 PutObject');
    // 412: another ETag, or an object where there was none. 409: another write at the same moment. 404: an
    // object was deleted that had an ETag; without a bucket it is the same status.
    const changed = status === 412 || status === 409 || (status === 404 && name !== 'NoSuchBucket');
    const kind = definite ? 'refused' : 'not-known';
    return { kind, mayHaveWritten: !definite, isFinal: definite && !changed, message };
  }
}

function writeOf(s3: S3Objects, object: FencedObject, token: number, random: Random): Write {
  checkToken(token);
  const { Bucket, Key, ContentType, CacheControl } = object;
  const stamp = `${token}-${Buffer.from(random.bytes(STAMP_BYTES)).toString('hex')}`;
  const Body = object.body(stamp);
  if (!Buffer.from(Body).includes(stamp)) throw new RangeError('the body does not contain the stamp');
  const put: PutObjectInput = {
    Bucket,
    Key,
    Body,
    Metadata: { ...object.Metadata, [FENCE]: String(token), [STAMP]: stamp },
    ...(ContentType === undefined ? {} : { ContentType }),
    ...(CacheControl === undefined ? {} : { CacheControl }),
  };
  return { s3, put, token, stamp };
}
