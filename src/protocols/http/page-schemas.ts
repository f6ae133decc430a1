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
  revision: position,
  keys: position.check(z.describe('Of names, locks and the others, too')),
  leases: position,
  stateBytes: position.check(z.describe('The memory of the state, roughly')),
  snapshotPosition: z.nullable(position),
  trimmedTo: position.check(z.describe('Records up to it are gone')),
  compactedTo: position.check(z.describe('Positions before it are not answered any more')),
});

/** The schemas by their names in the document. */
export const pageComponents = {
  NamespaceDescription: described,
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
