// The schedules of the maintenance function: one for snapshots and trimming, one for the end of leases.

import { Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { Construct } from 'constructs';

/** The scheduler's own default is 185 times in a day; here the next run is never far. */
const RETRIES = 2;

export interface ScheduleProps {
  readonly every: Duration;
  readonly description: string;
  /** The event for the function. Default: none, which means snapshots and trimming. */
  readonly input?: Readonly<Record<string, string>> | undefined;
}

export function createSchedule(
  scope: Construct,
  id: string,
  target: LambdaFunction,
  { every, description, input }: ScheduleProps,
): Schedule {
  const role = new Role(scope, `${id}Role`, {
    assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
    }),
  });
  role.addToPolicy(
    new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [target.functionArn] }),
  );
  return new Schedule(scope, id, {
    schedule: ScheduleExpression.rate(every),
    description,
    target: new LambdaInvoke(target, {
      // By default the target would be allowed every version of the function.
      role: role.withoutPolicyUpdates(),
      retryAttempts: RETRIES,
      maxEventAge: Duration.minutes(10),
      ...(input ? { input: ScheduleTargetInput.fromObject(input) } : {}),
    }),
  });
}
