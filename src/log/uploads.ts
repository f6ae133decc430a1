// The uploads of a log: the bytes of large appends that no entry names yet. A metadata record lists them
// before their first byte is stored, so that those whose writer has died are found. Pure.

import * as z from 'zod/mini';
import { UPLOADS_MAX } from '../limits.ts';
import type { MetadataRecord } from './store.ts';

const upload = z.object({
  /** The id of the batch, in hexadecimal. */
  id: z.string(),
  chunks: z.number(),
  /** The append is valid only where uploads of this generation are not given up (rule 9). */
  generation: z.number(),
  /** The entry can be in segments from this base on only. */
  base: z.number(),
  /** The writer's wall clock. */
  atMs: z.number(),
});

const schema = z.object({ generation: z.number(), pending: z.array(upload) });

export type Upload = z.infer<typeof upload>;
export type Uploads = z.infer<typeof schema>;

const NO_UPLOADS: Uploads = { generation: 0, pending: [] };

export function uploadsOf(record: MetadataRecord | undefined): Uploads {
  return record ? schema.parse(JSON.parse(record.value)) : NO_UPLOADS;
}

/** Undefined where there are too many already. */
export function withUpload(uploads: Uploads, added: Omit<Upload, 'generation'>): Uploads | undefined {
  const { generation, pending } = uploads;
  if (pending.length >= UPLOADS_MAX) return undefined;
  return { generation, pending: [...pending, { ...added, generation }] };
}

export function withoutUploads(uploads: Uploads, ids: ReadonlySet<string>): Uploads {
  const pending = uploads.pending.filter(({ id }) => !ids.has(id));
  return pending.length === uploads.pending.length ? uploads : { ...uploads, pending };
}

/** Those whose writer has had `ageMinMs` for its append. */
export function agedUploads({ pending }: Uploads, nowMs: number, ageMinMs: number): readonly Upload[] {
  return pending.filter(({ atMs }) => nowMs - atMs >= ageMinMs);
}

/** A new generation begins where an upload of the present one is to be given up. */
export function withGivenUp(uploads: Uploads, given: readonly Upload[]): Uploads {
  const { generation } = uploads;
  const isPresent = given.some((one) => one.generation === generation);
  return isPresent ? { ...uploads, generation: generation + 1 } : uploads;
}
