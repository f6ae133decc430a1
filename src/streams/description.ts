// What the metadata of a log say of a stream.

import type { StreamDescription } from '../api/streams.ts';
import type { LogMetadata, Segment } from '../log/segment.ts';
import { DEFAULT_TYPE } from './content-type.ts';
import { describedExpiry } from './expiry.ts';
import { endOf } from './rejections.ts';

/** What a look at the end of its log tells of a stream. */
export function described({ tail, metadata }: Pick<Segment, 'tail' | 'metadata'>): StreamDescription {
  return { contentType: typeOf(metadata), ...describedExpiry(metadata.expiry), ...endOf(tail, metadata) };
}

export function typeOf(metadata: LogMetadata | undefined): string {
  return metadata?.contentType ?? DEFAULT_TYPE;
}
