// The permissions of each function: single actions on this table and this log group, and nothing else.

import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

const READ_AND_WRITE = ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:PutItem', 'dynamodb:UpdateItem'];

/** Chunks of snapshots that newer ones have replaced. */
const REPLACED = ['blob/namespace/*/snapshot/*'];
/** Segments of namespaces too, never of streams. */
const TRIMMED = [...REPLACED, 'log/namespace/*', 'log/stream/*', 'log/system/*'];

export interface FunctionRoleProps {
  readonly table: TableV2;
  readonly logGroup: LogGroup;
  /** Segments may be removed too, not only snapshots that newer ones have replaced. */
  readonly trims: boolean;
}

export function createRole(
  scope: Construct,
  id: string,
  { table, logGroup, trims }: FunctionRoleProps,
): Role {
  const role = new Role(scope, id, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  role.addToPolicy(new PolicyStatement({ actions: READ_AND_WRITE, resources: [table.tableArn] }));
  role.addToPolicy(
    new PolicyStatement({
      actions: ['dynamodb:DeleteItem'],
      resources: [table.tableArn],
      conditions: {
        'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': trims ? TRIMMED : REPLACED },
        // Without it a request that named no key would match.
        Null: { 'dynamodb:LeadingKeys': 'false' },
      },
    }),
  );
  table.encryptionKey?.grantEncryptDecrypt(role);
  logGroup.grantWrite(role);
  return role;
}
