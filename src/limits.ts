// Every limit of the product, with its unit in its name. Each is enforced where its comment says.

/** Positions stay exact in a double and fit the 16 digits of an offset. Enforced in `log/segment.ts`. */
export const POSITION_MAX = 9_000_000_000_000_000;

/**
 * Bytes of all records in an append that is stored whole in its segment, of the commands in one append, and
 * of a request body that is no append. Enforced in `log/log.ts`, `replica/replica.ts` and
 * `protocols/http/body.ts`.
 */
export const APPEND_BYTES_MAX = 256 * 1024;

/**
 * Bytes of all records in a large append, whose bytes are stored before its entry, and of the body that asks
 * for it. Enforced in `log/log.ts` and `protocols/http/body.ts`.
 */
export const LARGE_APPEND_BYTES_MAX = 16 * 1024 * 1024;

/**
 * Bodies of large appends that a process takes at once. Each is held about five times over: as bytes, as
 * text, parsed, as records and in chunks. Enforced in `protocols/http/body.ts`.
 */
export const LARGE_BODIES_MAX = 8;

/** Bytes of one record. Enforced in `log/log.ts`. */
export const RECORD_BYTES_MAX = 8 * 1024 * 1024;

/**
 * Large appends to one log that are on their way, or were given up and not swept yet. In `log/uploads.ts`.
 */
export const UPLOADS_MAX = 256;

/** Records in one append. Enforced in `log/log.ts`. */
export const APPEND_RECORDS_MAX = 10_000;

/** Largest `cap` of a segment: with the largest append behind it, an item stays under DynamoDB's 400 KB. */
export const SEGMENT_CAP_BYTES_MAX = 64 * 1024;

/**
 * A log's name in bytes: a DynamoDB partition key holds 2,048, with what is before the name. Enforced in
 * `log/log.ts`.
 */
export const LOG_NAME_BYTES_MAX = 1024;

/**
 * Characters of the record with a log's trim point and its holds: about 500 forks of one stream. Every look
 * at the end of the log reads it. Enforced in `log/holds.ts`.
 */
export const HOLDS_BYTES_MAX = 64 * 1024;

/** Bytes of one blob: one DynamoDB item. Enforced in `log/store.ts`. */
export const BLOB_BYTES_MAX = 320 * 1024;

/**
 * Bytes of the producers that one segment hands on to the next: 160 with ids as long as a UUID. Enforced in
 * `log/producers.ts`. An item in DynamoDB holds them beside a segment just below the largest cap, and one
 * append.
 */
export const PRODUCERS_KEPT_BYTES_MAX = 16 * 1024;

/**
 * Requests of producers that share one write: a condition of DynamoDB has 300 operators, and 4 KB of text.
 * Enforced in `log/group-commit.ts`.
 */
export const PRODUCERS_PER_BATCH_MAX = 64;

/**
 * Streams with an expiry or a retention, or trimmed ones, that one call of maintenance looks after. Enforced
 * in `service/stream-maintenance.ts`.
 */
export const STREAMS_MAINTAINED_MAX = 10_000;

/** 285 years, as of a lease. Enforced in `streams/creation.ts`. */
export const STREAM_TTL_SECONDS_MAX = 9_000_000_000;
/** 9 petabytes. Enforced in `streams/creation.ts`. */
export const STREAM_RETENTION_BYTES_MAX = 9_000_000_000_000_000;

/** Of a producer's id, and of a writer's sequence text. Enforced in `streams/write-rules.ts`. */
export const PRODUCER_ID_BYTES_MAX = 256;
export const SEQUENCE_BYTES_MAX = 256;

/** Records and bytes in the answer to one read, unless it asks for fewer. Enforced in `log/log.ts`. */
export const READ_RECORDS_MAX = 10_000;
export const READ_BYTES_MAX = 4 * 1024 * 1024;

/**
 * Kernel: enforced by `state-machine/kernel/check-command.ts` before an append, and again by every replica.
 */
export const KEY_BYTES_MAX = 1024;
export const VALUE_BYTES_MAX = 64 * 1024;
/**
 * Checks, and operations of either branch. A nested transaction counts against the rest of the enclosing
 * one's limit.
 */
export const TRANSACTION_OPERATIONS_MAX = 128;
/** Entries in the answer to one operation. */
export const RANGE_ENTRIES_MAX = 10_000;
export const REQUEST_ID_BYTES_MAX = 128;
export const LEASE_ID_BYTES_MAX = 128;
/** As in etcd: 9,000,000,000 seconds. */
export const LEASE_TTL_MS_MAX = 9_000_000_000_000;
/** Leases that one command renews or ends. */
export const LEASES_PER_COMMAND_MAX = 1000;
/** Names, keys or namespaces in one page. Enforced in `coordination/`. */
export const LIST_ENTRIES_MAX = 1000;
/**
 * Request ids whose results a namespace remembers; older ones are forgotten in log order. Enforced in
 * `state-machine/kernel/requests.ts`.
 */
export const REQUESTS_REMEMBERED_MAX = 10_000;
/** A larger result is remembered without its values. Enforced in `state-machine/kernel/result-size.ts`. */
export const REMEMBERED_RESULT_BYTES_MAX = 4096;

/** Names: enforced by `coordination/username.ts` and `coordination/names.ts`. */
export const NAME_BYTES_MAX = 256;
export const OWNER_BYTES_MAX = 256;
/** Enforced in `resource-names.ts`. */
export const NAMESPACE_NAME_BYTES_MAX = 128;

/** Principals whose use of quotas a process remembers. Enforced in `access/quotas.ts`. */
export const QUOTA_PRINCIPALS_MAX = 10_000;

/**
 * Memory of streams and of namespaces at rest. A server loads evicted ones anew from the store. Enforced by
 * `service/service.ts`.
 */
export const STREAMS_KEPT_BYTES_MAX = 64 * 1024 * 1024;
export const NAMESPACES_KEPT_BYTES_MAX = 256 * 1024 * 1024;

/**
 * Coordination: enforced by `coordination/`. A key of the API leaves room for the prefix that it is stored
 * under.
 */
export const KEY_NAME_BYTES_MAX = 1000;
/**
 * Bytes of the path of a URL, decoded: the longest key in the namespace with the longest name. Enforced in
 * `protocols/http/app.ts`.
 */
export const URL_PATH_BYTES_MAX = 1200;
/**
 * Bytes of the JSON of a transaction, whose values may take a third more than in the log. Enforced in
 * `protocols/http/transaction-routes.ts`.
 */
export const TRANSACTION_BODY_BYTES_MAX = 512 * 1024;
/** Bytes of the values in one page, which has one key at least. Enforced in `coordination/past.ts`. */
export const LIST_BYTES_MAX = 1024 * 1024;
export const RESOURCE_NAME_BYTES_MAX = 256;
export const LOCK_HOLDERS_MAX = 1000;
export const SEQUENCE_COUNT_MAX = 1_000_000;
/** Entries of a queue or a group in one answer. */
export const LOCK_PLACES_SHOWN_MAX = 1000;
export const CANDIDATES_COUNTED_MAX = 1000;
export const GROUP_MEMBERS_SHOWN_MAX = 10_000;

/**
 * Bytes of one message of a ZooKeeper client: the default of `jute.maxbuffer`. Enforced in
 * `protocols/zookeeper/wire/framing.ts`.
 */
export const ZOOKEEPER_FRAME_BYTES_MAX = 0xfffff;
