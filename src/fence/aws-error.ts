// Whether an error of an AWS SDK is definite (the request did nothing) or indefinite.

export interface AwsError {
  readonly name: string;
  /** Undefined when no answer came. */
  readonly status: number | undefined;
  /** Above 1 when the SDK sent the request again by itself. The error speaks of the last try alone. */
  readonly attempts: number;
  /** No try of the request can have had an effect. */
  readonly definite: boolean;
  /** For clients. The rest of AWS's message may name accounts and roles. */
  readonly message: string;
}

/**
 * System calls that fail before a request can be sent. On an open connection the same codes are indefinite.
 */
const BEFORE_SENDING = new Set(['connect', 'getaddrinfo']);

export function describeAwsError(cause: unknown, call: string): AwsError {
  const error = membersOf(cause);
  const metadata = membersOf(error['$metadata']);
  const status = numberIn(metadata['httpStatusCode']);
  const attempts = numberIn(metadata['attempts']) ?? 1;
  const name = textIn(error['name']) ?? 'Error';
  const unsent =
    BEFORE_SENDING.has(textIn(error['syscall']) ?? '') ||
    error['code'] === 'ECONNREFUSED' ||
    name === 'CredentialsProviderError';
  const refused = status !== undefined && status >= 400 && status < 500;
  return {
    name,
    status,
    attempts,
    definite: attempts === 1 && (unsent || refused),
    message: `${call}: ${name}`,
  };
}

export function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function numberIn(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function textIn(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
