// S3's documented answers to HEAD and to conditional PUT, in memory: strict, as `s3-contract.ts` says.

import { createHash } from 'node:crypto';
import type { PutObjectInput, S3Objects } from '../../src/fence/s3.ts';

interface StoredObject {
  readonly body: Buffer;
  readonly etag: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** As the SDK's: a name, and a status in `$metadata`. */
export class S3Error extends Error {
  readonly $metadata: { readonly httpStatusCode: number; readonly attempts: number };

  constructor(name: string, httpStatusCode: number, attempts = 1) {
    super(name);
    this.name = name;
    this.$metadata = { httpStatusCode, attempts };
  }
}

export class S3Double implements S3Objects {
  readonly #objects = new Map<string, StoredObject>();
  readonly #bucket: string;

  constructor(bucket: string) {
    this.#bucket = bucket;
  }

  async headObject({ Bucket, Key }: { Bucket: string; Key: string }) {
    const found = Bucket === this.#bucket ? this.#objects.get(Key) : undefined;
    // An answer to HEAD has no body that could name the error.
    if (!found) throw new S3Error('NotFound', 404);
    return { ETag: found.etag, Metadata: found.metadata };
  }

  async putObject({ Bucket, Key, Body, Metadata, IfMatch, IfNoneMatch }: PutObjectInput) {
    if (Bucket !== this.#bucket) throw new S3Error('NoSuchBucket', 404);
    const found = this.#objects.get(Key);
    if (IfNoneMatch !== undefined && IfNoneMatch !== '*') throw new S3Error('NotImplemented', 501);
    if (IfNoneMatch === '*' && found) throw new S3Error('PreconditionFailed', 412);
    if (IfMatch !== undefined && !found) throw new S3Error('NoSuchKey', 404);
    if (IfMatch !== undefined && IfMatch !== found?.etag) throw new S3Error('PreconditionFailed', 412);
    const body = Buffer.from(Body);
    // Of the bytes alone. The metadata takes no part in it.
    const etag = `"${createHash('md5').update(body).digest('hex')}"`;
    const metadata = Object.fromEntries(
      Object.entries(Metadata).map(([name, value]) => [name.toLowerCase(), value]),
    );
    this.#objects.set(Key, { body, etag, metadata });
    return { ETag: etag };
  }
}
