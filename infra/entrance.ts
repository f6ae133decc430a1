// The way in: a Function URL, or the endpoint of a Web Function.

import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import {
  FunctionUrlAuthType,
  InvokeMode,
  type Function as LambdaFunction,
  WebFunctionAuthType,
} from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { AccessSettings } from '../functions/settings.ts';
import { createApiFunction, createWebFunction, type FunctionProps, WEB_ENDPOINT } from './functions.ts';
import type { AlarmSpec } from './monitoring.ts';

export interface Entrance {
  readonly url: string;
  readonly apiFunction: LambdaFunction | undefined;
  /** Alarms on AWS's own metrics of it. */
  readonly alarms: Readonly<Record<string, AlarmSpec>>;
  grantUse(grantee: IGrantable): void;
}

export interface EntranceProps {
  readonly access: AccessSettings;
  readonly responseStreaming: boolean;
}

export function functionEntrance(
  scope: Construct,
  props: FunctionProps,
  { access, responseStreaming }: EntranceProps,
): Entrance {
  const apiFunction = createApiFunction(scope, props);
  const url = apiFunction.addFunctionUrl({
    authType: access.kind === 'iam' ? FunctionUrlAuthType.AWS_IAM : FunctionUrlAuthType.NONE,
    invokeMode: responseStreaming ? InvokeMode.RESPONSE_STREAM : InvokeMode.BUFFERED,
  });
  return {
    url: url.url,
    apiFunction,
    alarms: {
      ApiErrors: { says: 'The function fails', metric: apiFunction.metricErrors(), threshold: 1 },
      ApiThrottles: {
        says: 'Lambda turns requests away',
        metric: apiFunction.metricThrottles(),
        threshold: 1,
      },
    },
    grantUse(grantee) {
      // A URL has required both permissions since October 2025.
      url.grantInvokeUrl(grantee);
      apiFunction.grantInvokeLatestVersion(grantee);
    },
  };
}

export function webFunctionEntrance(
  scope: Construct,
  props: FunctionProps,
  { access }: EntranceProps,
): Entrance {
  const auth = access.kind === 'iam' ? WebFunctionAuthType.IAM_AUTH : WebFunctionAuthType.APPLICATION_MANAGED;
  const { endpoint, webFunctionName } = createWebFunction(scope, props, auth);
  const failures = new Metric({
    namespace: 'AWS/Lambda/Web',
    metricName: 'HTTPResponseStatusClass5XX',
    dimensionsMap: { FunctionName: webFunctionName, EndpointName: WEB_ENDPOINT },
    statistic: Stats.SUM,
  });
  return {
    url: `https://${endpoint.domainName}/`,
    apiFunction: undefined,
    alarms: {
      WebErrors: { says: 'The Web Function, or Lambda for it, answers 5xx', metric: failures, threshold: 5 },
    },
    grantUse(grantee) {
      endpoint.grants.invoke(grantee);
    },
  };
}
