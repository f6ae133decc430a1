// Leases, locks, elections, groups and sequences in the OpenAPI document.

import * as z from 'zod/mini';
import { listPageQuery } from './list-schemas.ts';
import {
  type Answer,
  type Answers,
  type Json,
  jsonBody,
  operation,
  POSITION,
  POSITIONED_PROBLEM,
  PROBLEM,
  parameter,
  queryParameters,
  type SchemaName,
} from './openapi-parts.ts';
import { observeQuery } from './recipe-schemas.ts';
import { readQuery, requestId } from './schemas.ts';

const HEADERS = { 'Ordinal-Position': POSITION };
const NO_CONTENT: Answer = { description: 'Done', headers: HEADERS };
/** The refusals: the request's contents, its size, a missing resource, or the present state. */
const REFUSED: Answers = {
  400: PROBLEM,
  404: POSITIONED_PROBLEM,
  409: POSITIONED_PROBLEM,
  413: PROBLEM,
};
const UNREAD: Answers = { 400: PROBLEM, 404: POSITIONED_PROBLEM, 409: POSITIONED_PROBLEM };

type Place = readonly [prefix: string, shared: readonly Json[], tag: string];

export function recipePaths(...place: Place): Json {
  return {
    ...leasePaths(...place),
    ...lockPaths(...place),
    ...electionPaths(...place),
    ...groupPaths(...place),
    ...sequencePaths(...place),
    ...list('leases', 'Lease', 'Leases that have not ended', place),
    ...list('locks', 'Lock', 'Locks that are held', place),
    ...list('elections', 'Election', 'Elections that have candidates', place),
    ...list('groups', 'Group', 'Groups that have members', place),
    ...list('sequences', 'Sequence', 'Sequences of which a number was given out', place),
  };
}

function answered(description: string, schema: SchemaName): Answer {
  return { description, schema, headers: HEADERS };
}

/** The present value, or with `live=sse` a stream of values from now on. */
function observed(description: string, schema: SchemaName): Answer {
  const content = {
    'application/json': { schema: { $ref: `#/components/schemas/${schema}` } },
    'text/event-stream': { schema: { type: 'string' } },
  };
  return { description, content, headers: HEADERS };
}

function named(name: string): Json {
  return parameter('path', name, z.string().check(z.minLength(1)));
}

const LOOK_UP = { parameters: queryParameters(readQuery) };
const OBSERVE = { parameters: queryParameters(observeQuery) };

/** @param what one of them, such as `Lock` */
function list(resource: string, what: string, summary: string, [prefix, shared, tag]: Place): Json {
  return {
    [`${prefix}/${resource}`]: {
      parameters: shared,
      get: operation(
        `list${what}s${tag}`,
        summary,
        { 200: answered('A page', `${what}Page` as SchemaName), 400: PROBLEM, 409: POSITIONED_PROBLEM },
        { parameters: queryParameters(listPageQuery) },
      ),
    },
  };
}

function leasePaths(...[prefix, shared, tag]: Place): Json {
  return {
    [`${prefix}/leases/renew`]: {
      parameters: shared,
      post: operation(
        `renewLeases${tag}`,
        'Start the time to live of leases again',
        { 200: answered('What lives', 'LeasesRenewed'), ...REFUSED },
        { body: jsonBody('LeaseRenewal') },
      ),
    },
    [`${prefix}/leases/{lease}`]: {
      parameters: [...shared, named('lease')],
      put: operation(
        `grantLease${tag}`,
        'Make a lease, if it is not there',
        { 200: answered('It was there', 'LeaseGranted'), 201: answered('Made', 'LeaseGranted'), ...REFUSED },
        { body: jsonBody('LeaseGrant') },
      ),
      get: operation(
        `lookUpLease${tag}`,
        'How long a lease lives',
        { 200: answered('The lease', 'LeaseState'), ...UNREAD },
        LOOK_UP,
      ),
      delete: operation(`revokeLease${tag}`, 'End a lease, and its keys with it', {
        204: NO_CONTENT,
        ...REFUSED,
      }),
    },
  };
}

function lockPaths(...[prefix, shared, tag]: Place): Json {
  return {
    [`${prefix}/locks/{name}`]: {
      parameters: [...shared, named('name')],
      put: operation(
        `acquireLock${tag}`,
        'Hold a lock, or wait for it',
        { 200: answered('Held', 'LockHolder'), ...REFUSED },
        { body: jsonBody('LockRequest') },
      ),
      get: operation(
        `lookUpLock${tag}`,
        'Who holds a lock, and who waits for it',
        { 200: answered('The lock', 'LockState'), ...UNREAD },
        LOOK_UP,
      ),
      delete: operation(
        `releaseLock${tag}`,
        'Give a lock up, or the place in its queue',
        { 204: NO_CONTENT, ...REFUSED },
        { body: jsonBody('LeaseNamed') },
      ),
    },
  };
}

function electionPaths(...[prefix, shared, tag]: Place): Json {
  return {
    [`${prefix}/elections/{name}`]: {
      parameters: [...shared, named('name')],
      put: operation(
        `campaign${tag}`,
        'Lead, or wait to be elected',
        { 200: answered('Elected', 'Elected'), ...REFUSED },
        { body: jsonBody('Candidacy') },
      ),
      patch: operation(
        `proclaim${tag}`,
        'Change what the leader says of itself',
        { 204: NO_CONTENT, ...REFUSED },
        { body: jsonBody('Proclamation') },
      ),
      get: operation(
        `lookUpLeader${tag}`,
        'Who leads',
        { 200: observed('The leader', 'LeaderState'), ...UNREAD },
        OBSERVE,
      ),
      delete: operation(
        `resign${tag}`,
        'Give the leadership up, or the candidacy',
        { 204: NO_CONTENT, ...REFUSED },
        { body: jsonBody('LeaseNamed') },
      ),
    },
  };
}

function groupPaths(...[prefix, shared, tag]: Place): Json {
  return {
    [`${prefix}/groups/{group}`]: {
      parameters: [...shared, named('group')],
      get: operation(
        `listMembers${tag}`,
        'The members, in the order of their names',
        { 200: observed('The members', 'MemberList'), ...UNREAD },
        OBSERVE,
      ),
    },
    [`${prefix}/groups/{group}/{member}`]: {
      parameters: [...shared, named('group'), named('member')],
      put: operation(
        `joinGroup${tag}`,
        'Be a member for as long as the lease lives',
        { 200: answered('Changed', 'Joined'), 201: answered('Joined', 'Joined'), ...REFUSED },
        { body: jsonBody('Joining') },
      ),
      delete: operation(
        `leaveGroup${tag}`,
        'Be no member any more',
        { 204: NO_CONTENT, ...REFUSED },
        { body: jsonBody('LeaseNamed') },
      ),
    },
  };
}

function sequencePaths(...[prefix, shared, tag]: Place): Json {
  return {
    [`${prefix}/sequences/{name}`]: {
      parameters: [...shared, named('name')],
      post: operation(
        `takeNumbers${tag}`,
        'Take the next numbers',
        { 200: answered('The numbers', 'Numbers'), ...REFUSED, 422: POSITIONED_PROBLEM },
        { parameters: [parameter('header', 'Idempotency-Key', requestId)], body: jsonBody('NumbersWanted') },
      ),
      get: operation(
        `lookUpSequence${tag}`,
        'The last number taken; 0 before the first',
        { 200: answered('The last one', 'LastNumber'), ...UNREAD },
        LOOK_UP,
      ),
    },
  };
}
