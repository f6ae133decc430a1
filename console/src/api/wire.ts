// The bodies of answers that the views show. `/v1/openapi.json` describes them.

interface Page {
  readonly more: boolean;
}

/** Bytes as text where they are UTF-8, otherwise in base64. */
export interface Value {
  readonly value?: string;
  readonly valueBase64?: string;
}

export interface NameHolder {
  readonly name: string;
  readonly owner: string;
  readonly claimedAt: number;
}

export interface Names {
  readonly names: readonly NameHolder[];
  readonly cursor?: string;
}

export interface KeyEntry extends Value {
  readonly key: string;
  readonly version: number;
  readonly created: number;
  readonly modified: number;
  readonly lease?: string;
}

export interface Keys extends Page {
  readonly entries: readonly KeyEntry[];
}

export interface KeyChange {
  readonly position: number;
  readonly key: string;
  readonly before?: KeyEntry;
  readonly after?: KeyEntry;
}

export interface Place {
  readonly lease: string;
  readonly token: number;
}

export interface Lock {
  readonly name: string;
  readonly holders: readonly Place[];
  readonly waiters: readonly Place[];
}

export interface Locks extends Page {
  readonly locks: readonly Lock[];
}

export interface Lease {
  readonly lease: string;
  readonly ttlMs: number;
  readonly leftMs: number;
  readonly keys: number;
}

export interface Leases extends Page {
  readonly leases: readonly Lease[];
}

interface Leader extends Value {
  readonly lease: string;
  readonly term: number;
}

export interface Election {
  readonly name: string;
  readonly leader: Leader | null;
  readonly candidates: number;
}

export interface Elections extends Page {
  readonly elections: readonly Election[];
}

export interface Group {
  readonly name: string;
  readonly members: number;
}

export interface Groups extends Page {
  readonly groups: readonly Group[];
}

export interface Member {
  readonly name: string;
  readonly lease: string;
  readonly joined: number;
  readonly metadata?: string;
  readonly metadataBase64?: string;
}

export interface Members {
  readonly members: readonly Member[];
}

export interface Sequence {
  readonly name: string;
  readonly value: number;
}

export interface Sequences extends Page {
  readonly sequences: readonly Sequence[];
}

export interface StreamSummary {
  readonly name: string;
  readonly contentType: string;
  readonly tail: number;
  readonly closed: boolean;
}

export interface Streams extends Page {
  readonly streams: readonly StreamSummary[];
}

export interface Namespaces extends Page {
  readonly names: readonly string[];
}

export interface NamespaceDescription {
  readonly name: string;
  /** The tail of its log. */
  readonly position: number;
  /** What the answering process had applied before this request. */
  readonly applied: number;
  /** `kernel`, or that of another protocol. */
  readonly stateMachine: string;
  readonly revision: number;
  readonly keys: number;
  readonly leases: number;
  readonly stateBytes: number;
  readonly snapshotPosition: number | null;
  readonly trimmedTo: number;
  readonly compactedTo: number;
}

export interface Finding {
  /** `unknown`: the check could not be made, or not to its end. */
  readonly severity: 'ok' | 'warning' | 'fault' | 'unknown';
  /** Absent when it is about the whole store. */
  readonly log?: string;
  readonly what: string;
  readonly advice?: string;
}

export interface Diagnosis {
  readonly findings: readonly Finding[];
  /** The last log that was examined, if others are behind it. */
  readonly next?: string;
}
