// Certificates and keys, from the files that the settings name.

import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { Settings } from './settings.ts';
import { messageOf, StartupError } from './startup-error.ts';

/** As `createServer` of `node:tls` and `node:https` takes them. */
export interface TlsFiles {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly ca: Buffer | undefined;
  /** A client must show a certificate of an authority in `ca`. */
  readonly requestCert: boolean;
  readonly rejectUnauthorized: boolean;
}

/** Undefined where the settings name none. @throws StartupError when the files are none */
export function tlsFilesOf({ tlsCert, tlsKey, tlsCa }: Settings): TlsFiles | undefined {
  if (tlsCert === undefined || tlsKey === undefined) return undefined;
  const asksForCertificates = tlsCa !== undefined;
  const files = {
    cert: contentOf(tlsCert),
    key: contentOf(tlsKey),
    ca: tlsCa === undefined ? undefined : contentOf(tlsCa),
  };
  try {
    createSecureContext(files);
  } catch (cause) {
    throw new StartupError(`cannot use ${tlsCert} and ${tlsKey} for TLS: ${messageOf(cause)}`, { cause });
  }
  return { ...files, requestCert: asksForCertificates, rejectUnauthorized: asksForCertificates };
}

function contentOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new StartupError(`cannot read ${path}: ${messageOf(cause)}`, { cause });
  }
}
