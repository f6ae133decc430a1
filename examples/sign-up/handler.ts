// The sign-up function of an app: unique usernames, decided by one write to the table of Ordinal. It uses the library on the table
// itself, so there is no other service on the way.

import { open } from 'ordinal';
import { DynamoDbStore, dynamoDbClient } from 'ordinal/dynamodb';

interface Answer {
  readonly statusCode: number;
  readonly body: string;
}

// Once for each environment of the function: it stays warm between requests.
const table = process.env['ORDINAL_TABLE'] ?? 'ordinal';
const ordinal = open(new DynamoDbStore({ client: dynamoDbClient(), table }));

export async function handler(event: { readonly body?: string }): Promise<Answer> {
  const { username, userId } = JSON.parse(event.body ?? '{}') as { username?: string; userId?: string };
  if (!username || !userId) return answer(400, 'username and userId are needed');
  const claim = await ordinal.names('users').claim(username, userId);
  switch (claim.kind) {
    case 'claimed':
    case 'already-yours':
      // The canonical form, under which the name is unique. A repeated request is answered like the first one.
      return answer(201, claim.holder.name);
    case 'taken':
      return answer(409, `${username} is taken`);
    case 'rejected':
      return answer(400, claim.message);
    default:
      // `definite: false` says that the name may have been claimed. To ask again with the same userId is harmless either way.
      return answer(503, 'ask again');
  }
}

function answer(statusCode: number, message: string): Answer {
  return { statusCode, body: JSON.stringify({ message }) };
}
