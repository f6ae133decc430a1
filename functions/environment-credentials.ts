// In place of the SDK's chain of credential providers: a function always has its role's credentials in its environment. The chain,
// with its readers of files, browsers and sign-on services, is a sixth of a bundle.

import { fromEnv } from '@aws-sdk/credential-provider-env';

export const defaultProvider = fromEnv;
