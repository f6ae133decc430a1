// The table, which holds all data of Ordinal: protected against loss, and never eventually consistent.

import { RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import {
  AttributeType,
  Billing,
  MultiRegionConsistency,
  TableEncryptionV2,
  TableV2,
} from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

/**
 * Replicas in other Regions, with strong consistency. DynamoDB takes exactly three Regions: two replicas
 * beside the stack's own, or one and a witness. Eventually consistent replicas cannot be had: two Regions
 * would give one position to two records.
 */
export interface StrongReplicas {
  readonly regions: readonly string[];
  /** A Region that keeps only the data needed for agreement. */
  readonly witnessRegion?: string;
}

export interface OrdinalTableProps {
  readonly strongReplicas?: StrongReplicas | undefined;
  readonly encryptionKey?: IKey | undefined;
  readonly removalPolicy: RemovalPolicy;
}

export function createTable(scope: Construct, props: OrdinalTableProps): TableV2 {
  const { strongReplicas, encryptionKey, removalPolicy } = props;
  if (strongReplicas) checkRegions(scope, strongReplicas);
  if (strongReplicas && encryptionKey) {
    throw new Error(
      'a key of one Region cannot encrypt replicas in others: leave encryptionKey or strongReplicas out',
    );
  }
  return new TableV2(scope, 'Table', {
    partitionKey: { name: 'log', type: AttributeType.STRING },
    sortKey: { name: 'base', type: AttributeType.NUMBER },
    billing: Billing.onDemand(),
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    deletionProtection: removalPolicy !== RemovalPolicy.DESTROY,
    removalPolicy,
    ...(encryptionKey ? { encryption: TableEncryptionV2.customerManagedKey(encryptionKey) } : {}),
    ...(strongReplicas
      ? {
          multiRegionConsistency: MultiRegionConsistency.STRONG,
          replicas: strongReplicas.regions.map((region) => ({ region })),
          ...(strongReplicas.witnessRegion ? { witnessRegion: strongReplicas.witnessRegion } : {}),
        }
      : {}),
  });
}

function checkRegions(scope: Construct, { regions, witnessRegion }: StrongReplicas): void {
  const own = Stack.of(scope).region;
  if (Token.isUnresolved(own))
    throw new Error('strong replicas need a stack with an explicit Region (env.region)');
  const all = [own, ...regions, ...(witnessRegion === undefined ? [] : [witnessRegion])];
  if (all.length !== 3 || new Set(all).size !== 3 || regions.length === 0) {
    throw new Error(
      `strong consistency takes three different Regions: the stack's own and two replicas, or one and a witness; these are ${all.join(', ')}`,
    );
  }
}
