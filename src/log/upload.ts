// A large append: first its bytes, as blobs, then the one conditional write with an entry that names them
// (rule 9). Loaded with the first one.

import { elapsedMs, type Moment, momentOf } from '../clock.ts';
import { BATCH_ID_BYTES } from './batch.ts';
import type { AppendRequest } from './group-commit.ts';
import { decide, type Intent } from './intent.ts';
import { blobKeys, digestOf, type EncodedRecords, encodeLargeEntry, encodeRecords } from './large-entry.ts';
import type { AppendResult, Failed, WriteResult } from './results.ts';
import { repeat } from './retry.ts';
import { StoreError, unlessStoreError } from './store.ts';
import { type Upload, withUpload } from './uploads.ts';
import { changeUploads, forgetUploads, removeBlobs, type UploadPlace } from './uploads-store.ts';

export interface UploadParts extends UploadPlace {
  readonly chunkBytes: number;
  /** Notes the log down for those who sweep. */
  readonly announce: () => Promise<AppendResult>;
  /** The conditional write. */
  readonly write: (intent: Intent) => Promise<WriteResult>;
}

export interface LargeResult {
  readonly result: WriteResult;
  /** Tidies up after the result, which does not depend on it. Never rejects. */
  readonly tidy?: (() => Promise<void>) | undefined;
}

/** Uploads may be given up while they are on their way. Then the bytes are stored anew. */
const TRIES_MAX = 3;
const PUTS_AT_ONCE = 4;
/** Half of the time for which an announcement is kept (`deleted-logs.ts`). */
const ANNOUNCED_MS = 1_800_000;

/** Rejects for a bug, never for an error of the store. Only one at a time, and no other write meanwhile. */
export async function appendLarge(parts: UploadParts, request: AppendRequest): Promise<LargeResult> {
  const encoded = encodeRecords(request.records, parts.chunkBytes);
  for (let tries = 1; ; tries += 1) {
    const uploaded = await uploadUnlessRefused(parts, request, encoded);
    if ('result' in uploaded) return uploaded;
    const { intent, upload } = uploaded;
    const result = await parts.write(intent);
    const isGivenUp = result.kind === 'refused' && result.reason === 'given-up';
    if (!isGivenUp) return { result, tidy: () => tidy(parts, upload, result) };
    await discard(parts, upload).catch(unlessStoreError);
    if (tries === TRIES_MAX) return { result: GIVEN_UP };
  }
}

const GIVEN_UP: Failed = {
  kind: 'failed',
  definite: true,
  message: 'the bytes of the append were given up again and again before it',
  cause: undefined,
};

/** After a failure nothing is appended, whatever is stored. */
async function uploadUnlessRefused(
  parts: UploadParts,
  request: AppendRequest,
  encoded: EncodedRecords,
): Promise<{ intent: Intent; upload: Upload } | LargeResult> {
  let upload: Upload | undefined;
  try {
    const { segment } = await repeat(parts, () => parts.store.last(parts.log));
    const foreseen = decide(segment, intentOf(parts, request, encoded, NO_UPLOAD), 1);
    if (foreseen.kind === 'settled') return { result: foreseen.result };
    upload = await announced(parts, segment?.base ?? 0, encoded.chunks.length);
    await putAll(parts, upload, encoded);
    return { intent: intentOf(parts, request, encoded, upload), upload };
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    const result: Failed = { kind: 'failed', definite: true, message: error.message, cause: error };
    return { result, tidy: () => tidy(parts, upload, result) };
  }
}

const NO_UPLOAD: Upload = {
  id: '00'.repeat(BATCH_ID_BYTES),
  chunks: 1,
  generation: Number.MAX_SAFE_INTEGER,
  base: 0,
  atMs: 0,
};

function intentOf(
  { clock }: UploadParts,
  { records, bytes, isLarge: _, end, renewAtMs, conditions, ...creation }: AppendRequest,
  { index }: EncodedRecords,
  { id, chunks, generation }: Upload,
): Intent {
  const timeMs = wallMs(clock.nowMs());
  const named = { id: Buffer.from(id, 'hex'), chunks, digest: digestOf(index) };
  const { producer } = conditions;
  const contents = { records: records.length, bytes, ...(producer ? { producer } : {}) };
  const entry = encodeLargeEntry({ ...named, timeMs, ...contents });
  const update = { entry, end, renewAtMs, conditions: { ...conditions, uploadGeneration: generation } };
  return { update, ...creation };
}

/**
 * Lists the upload in the record. The first of a log is announced before that, so that a sweep knows where to
 * look. A try whose answer was lost may have been listed and given up since, so each try that is not in the
 * record has an id of its own.
 */
async function announced(parts: UploadParts, base: number, chunks: number): Promise<Upload> {
  const { clock, random } = parts;
  let id = '';
  let announcedAt: Moment | undefined;
  const { pending } = await changeUploads(parts, async (before) => {
    if (before.pending.some((one) => one.id === id)) return before;
    if (before.pending.length === 0 && !announcedAt) {
      announcedAt = momentOf(clock);
      await announce(parts);
    }
    id = Buffer.from(random.bytes(BATCH_ID_BYTES)).toString('hex');
    const after = withUpload(before, { id, chunks, base, atMs: wallMs(clock.nowMs()) });
    if (!after) throw new StoreError('too many large appends are on their way', BUSY);
    return after;
  });
  const upload = pending.find((one) => one.id === id);
  if (!upload) throw new StoreError('the upload was given up while it was announced', BUSY);
  if (announcedAt && elapsedMs(clock, announcedAt) > ANNOUNCED_MS) await announce(parts);
  return upload;
}

const BUSY = { definite: true, retryable: true };

async function announce(parts: UploadParts): Promise<void> {
  const result = await parts.announce();
  if (result.kind === 'appended') return;
  const { message } = result.kind === 'failed' ? result : { message: result.reason };
  throw new StoreError(`the upload could not be announced: ${message}`, { definite: true, retryable: false });
}

/** A few at a time: that is what a store holds of them beside the writer. */
async function putAll(parts: UploadParts, { id, chunks }: Upload, encoded: EncodedRecords): Promise<void> {
  const { store, log } = parts;
  const blobs = [encoded.index, ...encoded.chunks];
  const waiting = blobKeys(log, Buffer.from(id, 'hex'), chunks).entries();
  const putOn = async (): Promise<void> => {
    for (const [at, key] of waiting) {
      const blob = blobs[at];
      if (blob) await repeat(parts, () => store.putBlob(key, blob));
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: PUTS_AT_ONCE }, putOn));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

/** What fails here is left to the sweep. */
async function tidy(parts: UploadParts, upload: Upload | undefined, result: WriteResult): Promise<void> {
  if (!upload) return;
  const isKnown = result.kind !== 'failed' || result.definite;
  if (!isKnown) return;
  const done = result.kind === 'appended' ? forgetUploads(parts, [upload]) : discard(parts, upload);
  await done.catch(unlessStoreError);
}

/** The append has certainly not happened, so nothing names the blobs. */
async function discard(parts: UploadParts, upload: Upload): Promise<void> {
  await removeBlobs(parts, upload);
  await forgetUploads(parts, [upload]);
}

function wallMs(nowMs: number): number {
  return Math.max(0, Math.floor(nowMs));
}
