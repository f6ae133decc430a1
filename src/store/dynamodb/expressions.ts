// The one conditional write: `refusalOf` and `applyUpdate` of `log/segment.ts`, said in DynamoDB's
// expressions.

import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { recordCount } from '../../log/batch.ts';
import { type ProducerRequest, requestsOf } from '../../log/producers.ts';
import { isRenewal, type SegmentUpdate, type WriteConditions } from '../../log/segment.ts';
import { producerAttribute, requestText, stateText } from './producer-items.ts';

export interface UpdateExpression {
  readonly UpdateExpression: string;
  readonly ConditionExpression: string;
  readonly ExpressionAttributeNames: Record<string, string>;
  readonly ExpressionAttributeValues: Record<string, AttributeValue>;
}

/** A condition or an assignment, with the values that it names. */
interface Part {
  readonly text: string;
  readonly values?: Record<string, AttributeValue>;
}

// Every attribute goes by a placeholder, so that DynamoDB's list of reserved words never matters.
const NAMES = {
  '#log': 'log',
  '#tail': 'tail',
  '#entries': 'entries',
  '#bytes': 'bytes',
  '#cap': 'cap',
  '#incarnation': 'incarnation',
  '#fence': 'fence',
  '#ended': 'ended',
  '#sequence': 'sequence',
  '#expiresAt': 'expiresAt',
  '#renewals': 'renewals',
} as const;

/** @param base of the segment that the update is sent to */
export function updateExpression(update: SegmentUpdate, base: number): UpdateExpression {
  const conditions = conditionsOf(update);
  const assignments = assignmentsOf(update, base);
  const conditionText = conditions.map((part) => part.text).join(' AND ');
  const updateText = `SET ${assignments.map((part) => part.text).join(', ')}`;
  const text = `${conditionText} ${updateText}`;
  const requests = requestsOf(update.conditions);
  const producers = requests.map(({ id }, index) => [`#p${index}`, producerAttribute(id)] as const);
  const names: Record<string, string> = { ...NAMES, ...Object.fromEntries(producers) };
  return {
    UpdateExpression: updateText,
    ConditionExpression: conditionText,
    // DynamoDB refuses names that no expression uses.
    ExpressionAttributeNames: Object.fromEntries(
      Object.entries(names).filter(([placeholder]) => new RegExp(`${placeholder}\\b`).test(text)),
    ),
    ExpressionAttributeValues: Object.assign(
      {},
      ...[...conditions, ...assignments].map((part) => part.values),
    ),
  };
}

function conditionsOf(update: SegmentUpdate): Part[] {
  const { entry, end, renewAtMs, conditions } = update;
  return [
    // A trimmed segment must not be brought back by the update itself.
    { text: 'attribute_exists(#log)' },
    // Rule 1: the cap in the item decides, not the one this writer is configured with.
    { text: '#bytes < #cap' },
    // Rule 2: a repeated or hedged write of the same batch is refused. The element carries its batch id, so
    // whole-element comparison is enough; binary, because emulators disagree about maps.
    ...(entry ? [{ text: 'NOT contains(#entries, :entry)', values: { ':entry': { B: entry } } }] : []),
    end === 'deleted' || isRenewal(update)
      ? {
          text: '(attribute_not_exists(#ended) OR #ended = :sealed)',
          values: { ':sealed': { S: 'sealed' } },
        }
      : { text: 'attribute_not_exists(#ended)' },
    ...(renewAtMs === undefined ? [] : [{ text: 'attribute_exists(#renewals)' }]),
    ...callerConditions(conditions),
    ...requestsOf(conditions).map(producerCondition),
    ...(isRenewal(update) ? [] : fenceCondition(conditions.fencingToken, end)),
  ];
}

function callerConditions(conditions: WriteConditions): Part[] {
  const parts: Part[] = [];
  if (conditions.incarnation !== undefined) {
    parts.push({
      text: '#incarnation = :incarnation',
      values: { ':incarnation': { N: String(conditions.incarnation) } },
    });
  }
  if (conditions.expectedTail !== undefined) {
    parts.push({
      text: '#tail = :expectedTail',
      values: { ':expectedTail': { N: String(conditions.expectedTail) } },
    });
  }
  if (conditions.renewals !== undefined) {
    parts.push({
      text: '#renewals = :renewals',
      values: { ':renewals': { N: String(conditions.renewals) } },
    });
  }
  if (conditions.sequence !== undefined) {
    parts.push({ text: '(attribute_not_exists(#sequence) OR #sequence < :sequence)' });
  }
  return parts;
}

/**
 * A producer's state is text that is ordered as its epochs and numbers are. The placeholders are short, since
 * many producers may share a write.
 */
function producerCondition({ epoch, sequence }: ProducerRequest, index: number): Part {
  const [name, value] = [`#p${index}`, `:r${index}`];
  if (sequence === 0) {
    const text = `(attribute_not_exists(${name}) OR ${name} < ${value})`;
    return { text, values: { [value]: { S: requestText(epoch, 0) } } };
  }
  // The state after the request before it.
  const values = { [value]: { S: requestText(epoch, sequence - 1) } };
  return { text: `begins_with(${name}, ${value})`, values };
}

function fenceCondition(token: number | undefined, end: SegmentUpdate['end']): Part[] {
  if (token !== undefined) return [{ text: '(attribute_not_exists(#fence) OR #fence <= :token)' }];
  return end === 'deleted' ? [] : [{ text: 'attribute_not_exists(#fence)' }];
}

function assignmentsOf(update: SegmentUpdate, base: number): Part[] {
  const { entry, end, renewAtMs, conditions } = update;
  const parts: Part[] = [];
  if (entry) {
    parts.push(
      { text: '#entries = list_append(#entries, :added)', values: { ':added': { L: [{ B: entry }] } } },
      { text: '#tail = #tail + :count', values: { ':count': { N: String(recordCount(entry)) } } },
      { text: '#bytes = #bytes + :size', values: { ':size': { N: String(entry.length) } } },
    );
  }
  if (conditions.fencingToken !== undefined) {
    parts.push({ text: '#fence = :token', values: { ':token': { N: String(conditions.fencingToken) } } });
  }
  if (renewAtMs !== undefined) {
    parts.push(
      { text: '#expiresAt = :expiresAt', values: { ':expiresAt': { N: String(renewAtMs) } } },
      { text: '#renewals = #renewals + :one', values: { ':one': { N: '1' } } },
    );
  }
  const { sequence } = conditions;
  if (sequence !== undefined)
    parts.push({ text: '#sequence = :sequence', values: { ':sequence': { S: sequence } } });
  for (const [index, request] of requestsOf(conditions).entries()) {
    const value = `:s${index}`;
    parts.push({
      text: `#p${index} = ${value}`,
      values: { [value]: { S: stateText({ ...request, base }) } },
    });
  }
  if (end !== undefined) parts.push({ text: '#ended = :end', values: { ':end': { S: end } } });
  return parts;
}
