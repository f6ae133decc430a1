// Books a seat on a flight, from any number of processes at once: node --import tsx examples/seats/main.ts <seat> <passenger>
//
// With ORDINAL_TABLE the flight is in that DynamoDB table, otherwise in the directory .ordinal.

import { Log, Replica } from 'ordinal';
import { DynamoDbStore, dynamoDbClient } from 'ordinal/dynamodb';
import { SqliteStore } from 'ordinal/sqlite';
import { seats } from './seats.ts';

const [seat = '12A', passenger = 'Ada'] = process.argv.slice(2);
const table = process.env['ORDINAL_TABLE'];
const store = table ? new DynamoDbStore({ client: dynamoDbClient(), table }) : new SqliteStore('.ordinal');

const flight = new Replica(seats, store, new Log(store, 'flights/LH400'));
const booked = await flight.submit({ kind: 'book', seat, passenger });
if (booked.kind === 'failed') {
  process.exitCode = 1;
  console.error(booked.definite ? 'nothing was booked:' : 'perhaps it was booked:', booked.message);
} else {
  console.log(`${seat}: ${booked.result.passenger}${booked.result.done ? '' : ' has it already'}`);
}
await store.close();
