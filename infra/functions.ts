// The functions: their common properties, and how each is made.

import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { Role } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  Architecture,
  Code,
  Function as LambdaFunction,
  Runtime,
  WebFunction,
  type WebFunctionAuthType,
  WebFunctionCode,
  WebFunctionRuntime,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { codeOf } from './bundle.ts';
import { createRole } from './role.ts';

export interface FunctionProps {
  readonly table: TableV2;
  readonly environment: Record<string, string>;
  readonly logRetention: RetentionDays;
  readonly encryptionKey: IKey | undefined;
  readonly memoryMb: number;
  readonly reservedConcurrency: number | undefined;
  readonly maxEnvironments: number | undefined;
}

/** Longer than the longest live read and the longest write together. */
const API_TIMEOUT = Duration.seconds(60);
const MAINTENANCE_TIMEOUT = Duration.minutes(5);
/** The metrics of a Web Function have this name as a dimension. */
export const WEB_ENDPOINT = 'prod';

export function createApiFunction(scope: Construct, props: FunctionProps): LambdaFunction {
  return createFunction(scope, 'Api', { ...props, name: 'api', timeout: API_TIMEOUT, trims: false });
}

export function createMaintenanceFunction(scope: Construct, props: FunctionProps): LambdaFunction {
  // A flood of requests to the API must not keep it from its work.
  const own = {
    name: 'maintenance',
    timeout: MAINTENANCE_TIMEOUT,
    trims: true,
    reservedConcurrency: undefined,
  } as const;
  return createFunction(scope, 'Maintenance', { ...props, ...own });
}

export function createWebFunction(
  scope: Construct,
  props: FunctionProps,
  defaultEndpointAuth: WebFunctionAuthType,
): WebFunction {
  const { logGroup, role } = createLogGroupAndRole(scope, 'Web', props, false);
  return new WebFunction(scope, 'Web', {
    runtime: WebFunctionRuntime.NODEJS_24_X,
    code: WebFunctionCode.fromAssetToManagedBucket(...codeOf('web')),
    defaultEndpointAuth,
    defaultEndpoint: {
      endpointName: WEB_ENDPOINT,
      ...(props.maxEnvironments === undefined ? {} : { maxEnvironments: props.maxEnvironments }),
    },
    role,
    logGroup,
    environment: props.environment,
    timeout: API_TIMEOUT,
    ...(props.encryptionKey ? { kmsKey: props.encryptionKey } : {}),
  });
}

function createFunction(
  scope: Construct,
  id: string,
  props: FunctionProps & { name: 'api' | 'maintenance'; timeout: Duration; trims: boolean },
): LambdaFunction {
  const { logGroup, role } = createLogGroupAndRole(scope, id, props, props.trims);
  return new LambdaFunction(scope, id, {
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    handler: 'index.handler',
    code: Code.fromAsset(...codeOf(props.name)),
    role,
    logGroup,
    environment: props.environment,
    timeout: props.timeout,
    memorySize: props.memoryMb,
    // For asynchronous invocations: the alarms show a failed run of the schedule, and the next one comes
    // soon.
    retryAttempts: 0,
    ...(props.reservedConcurrency === undefined
      ? {}
      : { reservedConcurrentExecutions: props.reservedConcurrency }),
    ...(props.encryptionKey ? { environmentEncryption: props.encryptionKey } : {}),
  });
}

function createLogGroupAndRole(
  scope: Construct,
  id: string,
  { table, logRetention, encryptionKey }: FunctionProps,
  trims: boolean,
): { logGroup: LogGroup; role: Role } {
  const logGroup = new LogGroup(scope, `${id}Logs`, {
    retention: logRetention,
    removalPolicy: RemovalPolicy.DESTROY,
    ...(encryptionKey ? { encryptionKey } : {}),
  });
  return { logGroup, role: createRole(scope, `${id}Role`, { table, logGroup, trims }) };
}
