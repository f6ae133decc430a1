// Checks whether Ordinal may run on a table, and how well the table is protected.

import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import type { Finding } from './finding.ts';

/** Asks DynamoDB only about the table, reads no item of it. */
export async function checkTable(client: DynamoDBClient, table: string): Promise<Finding[]> {
  const { Table } = await client.send(new DescribeTableCommand({ TableName: table }));
  if (!Table) return [{ level: 'fault', text: `there is no table ${table}` }];
  const region = await client.config.region();
  return [
    status(Table, region),
    keys(Table),
    replicas(Table),
    billing(Table),
    deletionProtection(Table),
    await attempt('expiry of items', () => timeToLive(client, table)),
    await attempt('point-in-time recovery', () => recovery(client, table)),
  ];
}

function status({ TableName, TableStatus }: TableDescription, region: string): Finding {
  const text = `table ${TableName} in ${region}: ${TableStatus}`;
  return { level: TableStatus === 'ACTIVE' || TableStatus === 'UPDATING' ? 'ok' : 'fault', text };
}

function keys({ KeySchema = [] }: TableDescription): Finding {
  const schema = KeySchema.map(({ AttributeName, KeyType }) => `${AttributeName} ${KeyType}`).join(', ');
  return { level: schema === 'log HASH, base RANGE' ? 'ok' : 'fault', text: `key: ${schema}` };
}

/** Rule 7: two Regions that agree only eventually would give one position to two records. */
function replicas({ Replicas = [], MultiRegionConsistency }: TableDescription): Finding {
  const others = Replicas.map(({ RegionName }) => RegionName).join(', ');
  if (Replicas.length === 0) return { level: 'ok', text: 'one Region' };
  if (MultiRegionConsistency === 'STRONG') return { level: 'ok', text: `strongly consistent with ${others}` };
  return { level: 'fault', text: `eventually consistent replicas in ${others}: positions are not unique` };
}

function billing({ BillingModeSummary, ProvisionedThroughput }: TableDescription): Finding {
  if (BillingModeSummary?.BillingMode === 'PAY_PER_REQUEST') return { level: 'ok', text: 'on demand' };
  const units = ProvisionedThroughput?.WriteCapacityUnits;
  return {
    level: 'warning',
    text: `provisioned, ${units} write units: it is paid for when idle, and throttles sooner`,
  };
}

function deletionProtection({ DeletionProtectionEnabled }: TableDescription): Finding {
  return DeletionProtectionEnabled
    ? { level: 'ok', text: 'protected from deletion' }
    : { level: 'warning', text: 'not protected from deletion' };
}

async function timeToLive(client: DynamoDBClient, table: string): Promise<Finding> {
  const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName: table }));
  const on = TimeToLiveDescription?.TimeToLiveStatus?.startsWith('ENABL') ?? false;
  return on
    ? { level: 'fault', text: 'items expire: what is trimmed could come back' }
    : { level: 'ok', text: 'items do not expire' };
}

async function recovery(client: DynamoDBClient, table: string): Promise<Finding> {
  const { ContinuousBackupsDescription } = await client.send(
    new DescribeContinuousBackupsCommand({ TableName: table }),
  );
  const on =
    ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus === 'ENABLED';
  return on
    ? { level: 'ok', text: 'point-in-time recovery is on' }
    : { level: 'warning', text: 'point-in-time recovery is off' };
}

/** Emulators do not know every call, and not every role may make it. */
async function attempt(what: string, look: () => Promise<Finding>): Promise<Finding> {
  try {
    return await look();
  } catch (error) {
    const reason = error instanceof Error ? error.name : String(error);
    return { level: 'unknown', text: `${what}: ${reason}` };
  }
}
