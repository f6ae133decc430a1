// Checks whether Ordinal may run on a table, and how well the table is protected.

import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import type { Finding } from '../api/diagnostics.ts';

/** Asks DynamoDB only about the table, reads no item of it. */
export async function checkTable(client: DynamoDBClient, table: string): Promise<Finding[]> {
  const { Table } = await client.send(new DescribeTableCommand({ TableName: table }));
  if (!Table) return [{ severity: 'fault', what: `there is no table ${table}` }];
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
  return { severity: TableStatus === 'ACTIVE' || TableStatus === 'UPDATING' ? 'ok' : 'fault', what: text };
}

function keys({ KeySchema = [] }: TableDescription): Finding {
  const schema = KeySchema.map(({ AttributeName, KeyType }) => `${AttributeName} ${KeyType}`).join(', ');
  return { severity: schema === 'log HASH, base RANGE' ? 'ok' : 'fault', what: `key: ${schema}` };
}

/** Rule 7: two Regions that agree only eventually would give one position to two records. */
function replicas({ Replicas = [], MultiRegionConsistency }: TableDescription): Finding {
  const others = Replicas.map(({ RegionName }) => RegionName).join(', ');
  if (Replicas.length === 0) return { severity: 'ok', what: 'one Region' };
  if (MultiRegionConsistency === 'STRONG')
    return { severity: 'ok', what: `strongly consistent with ${others}` };
  return {
    severity: 'fault',
    what: `eventually consistent replicas in ${others}: positions are not unique`,
    advice: 'write in one Region, and remove the replicas, or use multi-Region strong consistency',
  };
}

function billing({ BillingModeSummary, ProvisionedThroughput }: TableDescription): Finding {
  if (BillingModeSummary?.BillingMode === 'PAY_PER_REQUEST') return { severity: 'ok', what: 'on demand' };
  const units = ProvisionedThroughput?.WriteCapacityUnits;
  return {
    severity: 'warning',
    what: `provisioned, ${units} write units: it is paid for when idle, and throttles sooner`,
    advice: 'set the billing mode to PAY_PER_REQUEST, unless the load is steady and known',
  };
}

function deletionProtection({ DeletionProtectionEnabled }: TableDescription): Finding {
  return DeletionProtectionEnabled
    ? { severity: 'ok', what: 'protected from deletion' }
    : { severity: 'warning', what: 'not protected from deletion', advice: 'turn deletion protection on' };
}

async function timeToLive(client: DynamoDBClient, table: string): Promise<Finding> {
  const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName: table }));
  const on = TimeToLiveDescription?.TimeToLiveStatus?.startsWith('ENABL') ?? false;
  return on
    ? {
        severity: 'fault',
        what: 'items expire: what is trimmed could come back',
        advice: 'turn the expiry of items off',
      }
    : { severity: 'ok', what: 'items do not expire' };
}

async function recovery(client: DynamoDBClient, table: string): Promise<Finding> {
  const { ContinuousBackupsDescription } = await client.send(
    new DescribeContinuousBackupsCommand({ TableName: table }),
  );
  const on =
    ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus === 'ENABLED';
  return on
    ? { severity: 'ok', what: 'point-in-time recovery is on' }
    : {
        severity: 'warning',
        what: 'point-in-time recovery is off',
        advice: 'turn it on, to be able to restore the table',
      };
}

/** Emulators do not know every call, and not every role may make it. */
async function attempt(what: string, look: () => Promise<Finding>): Promise<Finding> {
  try {
    return await look();
  } catch (error) {
    const reason = error instanceof Error ? error.name : String(error);
    return { severity: 'unknown', what: `${what}: ${reason}` };
  }
}
