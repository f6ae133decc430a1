// In place of the SDK's chain of credential providers: AWS gives a function the credentials of its role in
// the environment or, where an environment outlives them, at an address that the environment names. The
// chain, with its readers of files, browsers and sign-on services, is a sixth of a bundle.

import { fromEnv } from '@aws-sdk/credential-provider-env';

/** The SDK keeps the credentials until shortly before they expire. */
export function defaultProvider(): ReturnType<typeof fromEnv> {
  const inEnvironment = fromEnv();
  return async () => {
    try {
      return await inEnvironment();
    } catch {
      const { fromHttp } = await import('@aws-sdk/credential-provider-http');
      return fromHttp()();
    }
  };
}
