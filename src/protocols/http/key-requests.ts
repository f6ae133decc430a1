// Answers the requests for keys, with conditions of HTTP's own kind. Loaded with the first.

import type { ConditionFailed, KeyConditions, KeyEntry, PutResult } from '../../api/keys.ts';
import { VALUE_BYTES_MAX } from '../../limits.ts';
import type { Service } from '../../service/service.ts';
import { accepts, isListed } from './accept.ts';
import { answer, jsonAnswer } from './answer.ts';
import { readBytes, validate } from './body.ts';
import {
  type Asked,
  idempotencyKeyIn,
  namespaceIn,
  noContent,
  permitReading,
  positioned,
  positionHeader,
  problemAt,
  unfinished,
} from './in-namespace.ts';
import { entryJson } from './json-value.ts';
import { keyListQuery, keyQuery, putQuery } from './key-schemas.ts';
import { permit } from './permission.ts';
import { RequestProblem } from './problem.ts';

const JSON_TYPE = 'application/json';

function placeIn(c: Asked) {
  const namespace = namespaceIn(c);
  const key = c.req.param('key') ?? '';
  return { namespace, key, place: `${namespace}:${key}` };
}

export async function put(c: Asked, service: Service): Promise<Response> {
  const { namespace, key, place } = placeIn(c);
  permit(c, 'keys', 'write', place);
  const { lease } = validate(putQuery, c.req.query(), 'the query');
  if (lease !== undefined) permit(c, 'leases', 'write', `${namespace}:${lease}`);
  const conditions = conditionsIn(c);
  const idempotencyKey = idempotencyKeyIn(c);
  const value = await readBytes(c.req.raw, VALUE_BYTES_MAX);
  const options = { ...conditions, lease, idempotencyKey };
  const outcome: PutResult = await service.namespace(namespace).keys.put(key, value, options);
  switch (outcome.kind) {
    case 'created':
    case 'changed':
      return positioned(entryJson(outcome.entry), outcome.position, outcome.kind === 'created' ? 201 : 200, {
        etag: etagOf(outcome.entry),
      });
    case 'condition-failed':
      return conditionFailed(c, place, outcome);
    default:
      return unfinished(outcome);
  }
}

export async function get(c: Asked, service: Service): Promise<Response> {
  const { namespace, key, place } = placeIn(c);
  const query = c.req.query();
  permitReading(c, 'keys', query, place);
  const outcome = await service.namespace(namespace).keys.get(key, validate(keyQuery, query, 'the query'));
  switch (outcome.kind) {
    case 'found':
      return entryAnswer(c, outcome.entry, outcome.position);
    case 'not-found':
      return problemAt('key-not-found', 'there is no such key', outcome);
    default:
      return unfinished(outcome);
  }
}

export async function remove(c: Asked, service: Service): Promise<Response> {
  const { namespace, key, place } = placeIn(c);
  permit(c, 'keys', 'write', place);
  const { ifModified, ifAbsent } = conditionsIn(c);
  if (ifAbsent) throw new RequestProblem('invalid-request', 'a key that must be absent cannot be deleted');
  const idempotencyKey = idempotencyKeyIn(c);
  const outcome = await service.namespace(namespace).keys.delete(key, { ifModified, idempotencyKey });
  switch (outcome.kind) {
    case 'deleted':
      return noContent(outcome);
    case 'not-found':
      return problemAt('key-not-found', 'there is no such key', outcome);
    case 'condition-failed':
      return conditionFailed(c, place, outcome);
    default:
      return unfinished(outcome);
  }
}

export async function list(c: Asked, service: Service): Promise<Response> {
  const namespace = namespaceIn(c);
  const asked = c.req.query();
  const query = validate(keyListQuery, asked, 'the query');
  permitReading(c, 'keys', asked, `${namespace}:${query.prefix}`, 'all-under');
  const outcome = await service.namespace(namespace).keys.list(query);
  if (outcome.kind !== 'page') return unfinished(outcome);
  const { entries, more, position } = outcome;
  const last = entries.at(-1)?.key;
  const next = more && last !== undefined ? { next: nextPage(c, query, last, position) } : {};
  return positioned({ entries: entries.map(entryJson), more, position, ...next }, position, 200);
}

/** A reference that stays on the position: the pages together are the keys of one moment. */
function nextPage(
  c: Asked,
  { prefix, limit }: { readonly prefix: string; readonly limit: number },
  startAfter: string,
  position: number,
): string {
  const query = new URLSearchParams({ prefix, startAfter, limit: String(limit), at: String(position) });
  return `${new URL(c.req.url).pathname}?${query}`;
}

function entryAnswer(c: Asked, entry: KeyEntry, position: number): Response {
  const etag = etagOf(entry);
  const headers = {
    etag,
    vary: 'Accept',
    // A cache may keep the answer, and revalidates it.
    'cache-control': 'no-cache',
    ...positionHeader(position),
    'ordinal-version': String(entry.version),
    'ordinal-created': String(entry.created),
    ...(entry.lease === undefined ? {} : { 'ordinal-lease': encodeURIComponent(entry.lease) }),
  };
  if (isListed(c.req.header('if-none-match'), etag)) return answer(304, headers);
  if (accepts(c.req.header('accept'), JSON_TYPE)) return jsonAnswer(200, headers, entryJson(entry));
  return answer(200, { 'content-type': 'application/octet-stream', ...headers }, entry.value);
}

function etagOf({ modified }: KeyEntry): string {
  return `"${modified}"`;
}

/** @throws RequestProblem */
function conditionsIn(c: Asked): KeyConditions {
  const ifMatch = c.req.header('if-match');
  const ifNoneMatch = c.req.header('if-none-match');
  if (ifNoneMatch !== undefined && ifNoneMatch.trim() !== '*') {
    throw new RequestProblem('invalid-request', 'If-None-Match must be * here');
  }
  const modified = /^"(\d{1,16})"$/.exec(ifMatch?.trim() ?? '')?.[1];
  if (ifMatch !== undefined && modified === undefined) {
    throw new RequestProblem('invalid-request', 'If-Match must be one ETag of this server');
  }
  return {
    ifModified: modified === undefined ? undefined : Number(modified),
    ifAbsent: ifNoneMatch === undefined ? undefined : true,
  };
}

/** Only a sender that may read the key is told its entry. */
function conditionFailed(c: Asked, place: string, outcome: ConditionFailed): Response {
  const { entry } = outcome;
  const members = entry && c.env.principal.may('keys', 'read', place) ? { entry: entryJson(entry) } : {};
  return problemAt('condition-failed', 'the key is not as the request expects it', outcome, members);
}
