// The rules that a writer may set for its append or close, before the log is asked.

import type * as api from '../api/streams.ts';
import { PRODUCER_ID_BYTES_MAX, SEQUENCE_BYTES_MAX } from '../limits.ts';
import { rejected } from './rejections.ts';

/** What a header of HTTP brings unchanged. */
const HEADER_TEXT = /^[!-~](?:[ -~]*[!-~])?$/;

const NO_FENCING_TOKEN = rejected('invalid-request', 'a fencing token is a whole number from 0 on');
const NO_PRODUCER = rejected(
  'invalid-request',
  `a producer has an id of 1 to ${PRODUCER_ID_BYTES_MAX} visible ASCII characters, an epoch and a number`,
);
const NO_SEQUENCE = rejected(
  'invalid-request',
  `a sequence text has 1 to ${SEQUENCE_BYTES_MAX} visible ASCII characters`,
);

/** The fault in the rules, or undefined. */
export function faultIn({
  fencingToken,
  producer,
  sequence,
}: api.AppendOptions): api.StreamRejected | undefined {
  if (fencingToken !== undefined && !isCount(fencingToken)) return NO_FENCING_TOKEN;
  if (producer && !isProducer(producer)) return NO_PRODUCER;
  if (sequence !== undefined && !isText(sequence, SEQUENCE_BYTES_MAX)) return NO_SEQUENCE;
  return undefined;
}

function isProducer({ id, epoch, sequence }: api.Producer): boolean {
  return isText(id, PRODUCER_ID_BYTES_MAX) && isCount(epoch) && isCount(sequence);
}

function isText(text: string, bytesMax: number): boolean {
  return text.length <= bytesMax && HEADER_TEXT.test(text);
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
