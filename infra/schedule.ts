// What keeps time: the maintenance function, every so often.

import { Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { Construct } from 'constructs';

/** The scheduler's own default is 185 times in a day; here the next run is never far. */
const RETRIES = 2;

export function createSchedule(scope: Construct, target: LambdaFunction, every: Duration): Schedule {
  const role = new Role(scope, 'ScheduleRole', {
    assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
    }),
  });
  role.addToPolicy(
    new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [target.functionArn] }),
  );
  return new Schedule(scope, 'Schedule', {
    schedule: ScheduleExpression.rate(every),
    description: 'Snapshots and trimming of the namespaces of Ordinal',
    target: new LambdaInvoke(target, {
      // Left to itself the target would be allowed every version of the function.
      role: role.withoutPolicyUpdates(),
      retryAttempts: RETRIES,
      maxEventAge: Duration.minutes(10),
    }),
  });
}
