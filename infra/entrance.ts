// The way in: a Function URL, or the endpoint of a Web Function.

import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import {
  FunctionUrlAuthType,
  InvokeMode,
  type Function as LambdaFunction,
  WebFunctionAuthType,
} from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { AccessSettings } from '../functions/settings.ts';
import { createApiFunction, createWebFunction, type FunctionProps } from './functions.ts';

export interface Entrance {
  readonly url: string;
  readonly apiFunction: LambdaFunction | undefined;
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
    grantUse(grantee) {
      // A URL asks for both since October 2025.
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
  const { endpoint } = createWebFunction(scope, props, auth);
  return {
    url: `https://${endpoint.domainName}/`,
    apiFunction: undefined,
    grantUse(grantee) {
      endpoint.grants.invoke(grantee);
    },
  };
}
