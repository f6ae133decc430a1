// The shapes of pages of lists, and of the description of a namespace. Only the OpenAPI document has them, so
// a cold start does not load them.

import * as z from 'zod/mini';
import { elected, leaseState, lockState, position, valueMembers } from './recipe-schemas.ts';

const more = z.boolean().check(z.describe('There are names after the last one'));
const name = z.string();

const described = z.object({
  name,
  position: position.check(z.describe('The tail of its log')),
  applied: position.check(z.describe('What the answering server had applied before this request')),
  stateMachine: z
    .string()
    .check(z.describe('kernel, or that of another protocol, whose keys are not counted')),
  revision: position,
  keys: position.check(z.describe('Of names, locks and the others, too')),
  leases: position,
  stateBytes: position.check(z.describe('The memory of the state, roughly')),
  snapshotPosition: z.nullable(position),
  trimmedTo: position.check(z.describe('Records up to it are gone')),
  compactedTo: position.check(z.describe('Positions before it are not answered any more')),
});

const finding = z.object({
  severity: z.enum(['ok', 'warning', 'fault', 'unknown']),
  log: z.optional(z.string()),
  what: z.string(),
  advice: z.optional(z.string()),
});

const operations = z.array(z.looseObject({ kind: z.string() }));
const command = z.object({
  position,
  writtenAt: z.int().check(z.describe("The writer's wall clock in milliseconds since 1970")),
  kind: z.enum(['transaction', 'renew', 'expire', 'compact', 'read']),
  operations: z
    .object({ checks: z.array(z.looseObject({})), then: operations, else: operations })
    .check(z.describe('What was asked: if all checks hold, then, else the other')),
  succeeded: z.boolean().check(z.describe('Whether then was carried out')),
  failedCheck: z.optional(z.int()).check(z.describe('The index of the first check that did not hold')),
  refused: z.optional(z.object({ reason: z.string(), path: z.string() })),
  repeats: z.optional(position).check(z.describe('The first command under the same idempotency key')),
  results: operations,
  changes: z
    .array(z.looseObject({}))
    .check(z.describe('What they are about: resource and name, or key; and the entry before and after')),
  truncated: z.optional(z.boolean()).check(z.describe('Entries are left out: there is too much of them')),
});

/** The schemas by their names in the document. */
export const pageComponents = {
  NamespaceDescription: described,
  HistoryPage: z.object({
    commands: z.array(command),
    more: z.boolean().check(z.describe('There are commands after next')),
    next: position.check(z.describe('Ask with it in after for what comes next')),
  }),
  Diagnosis: z.object({
    sound: z.boolean().check(z.describe('There is no fault in what was examined')),
    complete: z.boolean().check(z.describe('Everything that was asked for was examined')),
    findings: z.array(finding),
    next: z.optional(z.string()).check(z.describe('Ask with it in after for the logs behind it')),
  }),
  StreamPage: z.object({
    streams: z.array(
      z.object({
        name,
        contentType: z.string(),
        tail: position,
        closed: z.boolean(),
        expiry: z.optional(z.union([z.object({ ttlSeconds: z.int() }), z.object({ atMs: z.int() })])),
      }),
    ),
    more,
  }),
  LockPage: z.object({ locks: z.array(z.extend(lockState, { name })), more }),
  LeasePage: z.object({ leases: z.array(leaseState), more }),
  ElectionPage: z.object({
    elections: z.array(
      z.object({
        name,
        leader: z.nullable(z.extend(elected, valueMembers)),
        candidates: position.check(z.describe('The leader included')),
      }),
    ),
    more,
  }),
  GroupPage: z.object({ groups: z.array(z.object({ name, members: position })), more }),
  SequencePage: z.object({ sequences: z.array(z.object({ name, value: z.int() })), more }),
} as const;
