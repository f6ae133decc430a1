// `npx cdk deploy`: one stack in the account and Region of the credentials at hand.

import { App } from 'aws-cdk-lib';
import { settingsIn } from './settings.ts';
import { OrdinalStack } from './stack.ts';

const app = new App();
const { stackName, props } = settingsIn(app.node);
// biome-ignore lint/style/noProcessEnv: the CDK command says there where it deploys to
const { CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region } = process.env;
new OrdinalStack(app, stackName, props, {
  description: 'Ordinal: a total-order broadcast log and the coordination service replayed from it',
  ...(account !== undefined && region !== undefined ? { env: { account, region } } : {}),
});
