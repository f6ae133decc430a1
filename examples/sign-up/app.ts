// The stack of an app with unique usernames: npx cdk synth --app "node --import tsx examples/sign-up/app.ts"

import { join } from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { FunctionUrlAuthType, Runtime } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { Ordinal } from 'ordinal/cdk';

const app = new App();
const stack = new Stack(app, 'SignUp');
// The schedule makes snapshots of the namespace `users`, so that a cold start stays short.
const ordinal = new Ordinal(stack, 'Ordinal', { namespaces: ['users'] });
const signUp = new NodejsFunction(stack, 'SignUp', {
  entry: join(import.meta.dirname, 'handler.ts'),
  runtime: Runtime.NODEJS_24_X,
  timeout: Duration.seconds(10),
  memorySize: 1024,
  environment: { ORDINAL_TABLE: ordinal.table.tableName },
});
ordinal.table.grantReadWriteData(signUp);
signUp.addFunctionUrl({ authType: FunctionUrlAuthType.NONE });
