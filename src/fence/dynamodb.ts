// A fencing token as a condition on the write of a DynamoDB item. The functions turn the input of a command
// into another one. They need no SDK, and fit those of both of its clients.

import { checkToken } from './results.ts';

export interface FenceOptions {
  /** The attribute of the item that keeps the greatest token. Default: `fence`. */
  readonly attribute?: string | undefined;
  /**
   * True for the inputs of `@aws-sdk/lib-dynamodb`, in which a number is a number. Default: false, for those
   * of `@aws-sdk/client-dynamodb`, in which it is `{ N: '7' }`.
   */
  readonly documents?: boolean | undefined;
}

/** The members of an input, or of a part of a transaction, that the condition concerns. */
export interface Conditional {
  readonly ConditionExpression?: string | undefined;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>> | undefined;
  readonly ExpressionAttributeValues?: Readonly<Record<string, unknown>> | undefined;
}

export interface Update extends Conditional {
  readonly Key: Readonly<Record<string, unknown>> | undefined;
  readonly UpdateExpression?: string | undefined;
}

export interface Put extends Conditional {
  readonly Item: Readonly<Record<string, unknown>> | undefined;
}

export interface Delete extends Conditional {
  readonly Key: Readonly<Record<string, unknown>> | undefined;
}

export interface TransactionPart {
  readonly Update?: Update | undefined;
  readonly Put?: Put | undefined;
  readonly Delete?: Delete | undefined;
}

export interface Transaction {
  readonly TransactItems: readonly TransactionPart[] | undefined;
}

/** A deletion has become the put of a tombstone. */
export type Tombstone<T extends Delete> = Omit<T, 'Key'> & { Item: NonNullable<T['Key']> };

export const FENCE_NAME = '#ordinalFence';
export const TOKEN_VALUE = ':ordinalToken';
export const FENCE_CONDITION = `(attribute_not_exists(${FENCE_NAME}) OR ${FENCE_NAME} <= ${TOKEN_VALUE})`;
const STORE_TOKEN = `${FENCE_NAME} = ${TOKEN_VALUE}`;

/** `SET` is a reserved word, so it is a clause wherever it is no part of a placeholder. */
const SET_CLAUSE = /(?<![\w#:.])SET(?!\w)/iu;

/** An update that is refused after a greater token, and otherwise stores its own. */
export function fencedUpdate<T extends Update>(input: T, token: number, options: FenceOptions = {}): T {
  const own = input.UpdateExpression ?? '';
  const UpdateExpression = SET_CLAUSE.test(own)
    ? own.replace(SET_CLAUSE, (keyword) => `${keyword} ${STORE_TOKEN},`)
    : `${own} SET ${STORE_TOKEN}`.trim();
  return { ...conditional(input, token, options), UpdateExpression };
}

/** A put that is refused after a greater token. The new item has the token of this one. */
export function fencedPut<T extends Put>(input: T, token: number, options: FenceOptions = {}): T {
  return { ...conditional(input, token, options), Item: { ...input.Item, ...storedToken(token, options) } };
}

/**
 * A deletion that is refused after a greater token. A deleted item could not refuse an older token, so this
 * is the input of a put: it leaves an item of nothing but the key and the token. `expiry` goes in, too, such
 * as the attribute of a time to live: keep it for longer than a holder can be paused.
 */
export function fencedDelete<T extends Delete>(
  input: T,
  token: number,
  options: FenceOptions & { readonly expiry?: Readonly<Record<string, unknown>> | undefined } = {},
): Tombstone<T> {
  const { Key, ...rest } = input;
  const Item = { ...Key, ...options.expiry, ...storedToken(token, options) };
  // The rest is all of `T` but for the key, and the item has at least the attributes of that.
  return { ...conditional(rest, token, options), Item } as unknown as Tombstone<T>;
}

/** Fences every update, put and deletion of a transaction. Its checks of conditions stay as they are. */
export function fencedTransaction<T extends Transaction>(
  input: T,
  token: number,
  options: FenceOptions = {},
): T {
  const TransactItems = input.TransactItems?.map((part) => ({
    ...part,
    ...(part.Update ? { Update: fencedUpdate(part.Update, token, options) } : {}),
    ...(part.Put ? { Put: fencedPut(part.Put, token, options) } : {}),
    ...(part.Delete ? { Delete: undefined, Put: fencedDelete(part.Delete, token, options) } : {}),
  }));
  return { ...input, TransactItems };
}

function conditional<T extends Conditional>(input: T, token: number, options: FenceOptions) {
  checkToken(token);
  const { ConditionExpression: own, ExpressionAttributeNames, ExpressionAttributeValues } = input;
  if (ExpressionAttributeNames?.[FENCE_NAME] !== undefined)
    throw new RangeError('the write is fenced already');
  return {
    ...input,
    ConditionExpression: own === undefined ? FENCE_CONDITION : `${FENCE_CONDITION} AND (${own})`,
    ExpressionAttributeNames: { ...ExpressionAttributeNames, [FENCE_NAME]: attributeOf(options) },
    ExpressionAttributeValues: { ...ExpressionAttributeValues, [TOKEN_VALUE]: tokenValue(token, options) },
    // The item tells a greater token from a condition of the caller's own.
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  };
}

function storedToken(token: number, options: FenceOptions): Record<string, unknown> {
  return { [attributeOf(options)]: tokenValue(token, options) };
}

function attributeOf({ attribute = 'fence' }: FenceOptions): string {
  return attribute;
}

function tokenValue(token: number, { documents = false }: FenceOptions): unknown {
  return documents ? token : { N: String(token) };
}
