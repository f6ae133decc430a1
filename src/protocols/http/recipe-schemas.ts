// The shapes of requests and answers about leases, locks, elections, groups and sequences.

import * as z from 'zod/mini';
import {
  LEASE_TTL_MS_MAX,
  LEASES_PER_COMMAND_MAX,
  LOCK_HOLDERS_MAX,
  POSITION_MAX,
  SEQUENCE_COUNT_MAX,
} from '../../limits.ts';
import { readQuery } from './schemas.ts';

export const position = z.int().check(z.minimum(0), z.maximum(POSITION_MAX));
const token = position.check(z.describe('The fencing token: it grows with every grant'));
const lease = z
  .string()
  .check(z.minLength(1, 'must not be empty'), z.describe('The id of a lease, which its client chooses'));
const ttlMs = z.int().check(z.minimum(1), z.maximum(LEASE_TTL_MS_MAX), z.describe('In milliseconds'));
const milliseconds = z.int().check(z.minimum(0), z.maximum(LEASE_TTL_MS_MAX));
const waitMs = z
  ._default(milliseconds, 0)
  .check(z.describe('How long to wait in the queue; the server may answer earlier'));

/** An existing lease, or one that is granted in the same step. */
const leaseOrTtl = {
  lease: z.optional(lease),
  ttlMs: z.optional(ttlMs).check(z.describe('Makes the lease if it is not there')),
};

const text = z.optional(z.string()).check(z.describe('Where it is text'));
const base64 = z.optional(z.string()).check(z.describe('Where it is not UTF-8'));
export const valueMembers = { value: text, valueBase64: base64 };
const metadataMembers = { metadata: text, metadataBase64: base64 };

export const leaseBody = z.strictObject({ lease });
export const grantBody = z.strictObject({ ttlMs });
export const renewBody = z.strictObject({
  leases: z.array(lease).check(z.minLength(1), z.maxLength(LEASES_PER_COMMAND_MAX)),
});
export const acquireBody = z.strictObject({
  ...leaseOrTtl,
  waitMs,
  holders: z._default(z.int().check(z.minimum(1), z.maximum(LOCK_HOLDERS_MAX)), 1),
});
export const campaignBody = z.strictObject({ ...leaseOrTtl, ...valueMembers, waitMs });
export const proclaimBody = z.strictObject({ lease, ...valueMembers });
export const joinBody = z.strictObject({ ...leaseOrTtl, ...metadataMembers });
export const nextBody = z.strictObject({
  count: z._default(z.int().check(z.minimum(1), z.maximum(SEQUENCE_COUNT_MAX)), 1),
});

export const observeQuery = z.extend(readQuery, {
  live: z.optional(z.enum(['sse'])).check(z.describe('Now, and after every change, as events')),
});

const grantedLease = z.object({ lease, ttlMs });
const renewedLeases = z.object({
  ttlsMs: z
    .array(milliseconds)
    .check(z.describe('In the order of the request; 0 for a lease that has ended')),
});
export const leaseState = z.object({
  lease,
  ttlMs,
  leftMs: milliseconds.check(z.describe('Until it can end')),
  keys: position.check(z.describe('How many keys go with it')),
});

const lockHolder = z.object({ lease, token });
export const lockState = z.object({ holders: z.array(lockHolder), waiters: z.array(lockHolder) });

export const elected = z.object({ lease, term: token });
const leaderState = z.object({
  lease,
  term: token,
  ...valueMembers,
  candidates: z.optional(position).check(z.describe('The leader included')),
});

const joined = z.object({ lease });
const memberList = z.object({
  members: z.array(z.object({ name: z.string(), lease, joined: position, ...metadataMembers })),
  more: z.optional(z.boolean()).check(z.describe('There are others than these 10,000')),
});

const numbers = z.object({ first: position, last: position });
const lastNumber = z.object({ last: position });

/** The schemas by their names in the OpenAPI document. */
export const recipeComponents = {
  LeaseNamed: leaseBody,
  LeaseGrant: grantBody,
  LeaseRenewal: renewBody,
  LeaseGranted: grantedLease,
  LeasesRenewed: renewedLeases,
  LeaseState: leaseState,
  LockRequest: acquireBody,
  LockHolder: lockHolder,
  LockState: lockState,
  Candidacy: campaignBody,
  Proclamation: proclaimBody,
  Elected: elected,
  LeaderState: leaderState,
  Joining: joinBody,
  Joined: joined,
  MemberList: memberList,
  NumbersWanted: nextBody,
  Numbers: numbers,
  LastNumber: lastNumber,
} as const;
