// Why DynamoDB has refused a fenced write: a greater token, the caller's own condition, or something else.

import type { Failed } from '../api/common.ts';
import { describeAwsError, membersOf } from './aws-error.ts';
import { FENCE_CONDITION, FENCE_NAME, TOKEN_VALUE } from './dynamodb.ts';
import { type Fenced, failed, tokenIn } from './results.ts';

/** The condition of the caller did not hold, and no greater token has been written. */
export interface ConditionFailed {
  readonly kind: 'condition-failed';
  /** False: the SDK sent the write again by itself, and an earlier try of it may have taken effect. */
  readonly definite: boolean;
  /** The item as it is, or undefined when there is none. */
  readonly item: Readonly<Record<string, unknown>> | undefined;
  /** The index of the part of a transaction, from 0. */
  readonly index?: number;
}

export type DynamoDbRefusal = (Fenced & { readonly index?: number }) | ConditionFailed | Failed;

/**
 * The code of a failed condition among the reasons of `TransactionCanceledException`, of which each part has
 * one.
 */
const CONDITION_REASON = 'ConditionalCheckFailed';

/**
 * The meaning of the error of a fenced write.
 * @param input the result of a function of `fence/dynamodb.ts`, as the client was sent it
 */
export function dynamoDbRefusal(error: unknown, input: object): DynamoDbRefusal {
  const { name, attempts, definite, message } = describeAwsError(error, 'DynamoDB');
  if (name === 'ConditionalCheckFailedException') {
    return refusalOf(membersOf(error)['Item'], input, attempts === 1);
  }
  if (name !== 'TransactionCanceledException') return failed(definite, message);
  // The SDK gives a transaction a token of its own: repeated, it has the effect of one, and says so.
  return transactionRefusal(error, input) ?? failed(true, message);
}

/** A greater token counts more than a condition of the caller's: the caller has to stop. */
function transactionRefusal(error: unknown, input: object): DynamoDbRefusal | undefined {
  const reasons = membersOf(error)['CancellationReasons'];
  const parts = membersOf(input)['TransactItems'];
  if (!Array.isArray(reasons) || !Array.isArray(parts)) return undefined;
  const refusals = reasons.flatMap((reason, index) => {
    const { Code, Item } = membersOf(reason);
    const { Update, Put, ConditionCheck } = membersOf(parts[index]);
    if (Code !== CONDITION_REASON) return [];
    return [{ ...refusalOf(Item, membersOf(Update ?? Put ?? ConditionCheck), true), index }];
  });
  return refusals.find(({ kind }) => kind === 'fenced') ?? refusals[0];
}

function refusalOf(returned: unknown, input: object, definite: boolean): Fenced | ConditionFailed {
  const { ConditionExpression, ExpressionAttributeNames, ExpressionAttributeValues } = membersOf(input);
  const token = numberOf(membersOf(ExpressionAttributeValues)[TOKEN_VALUE]);
  const attribute = String(membersOf(ExpressionAttributeNames)[FENCE_NAME]);
  const item = returned === undefined ? undefined : membersOf(returned);
  const fence = numberOf(item?.[attribute]);
  const isGreater = token !== undefined && fence !== undefined && fence > token;
  // There was no other condition. Some emulators do not say what the item is.
  const wasAlone = ConditionExpression === FENCE_CONDITION;
  if (isGreater || wasAlone) return { kind: 'fenced', definite, fence };
  return { kind: 'condition-failed', definite, item };
}

/** The number in an item of either client. */
function numberOf(value: unknown): number | undefined {
  return tokenIn(membersOf(value)['N'] ?? value);
}
