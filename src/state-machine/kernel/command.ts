// What a namespace can be told to do. A command is one record of the namespace's log.

/** One conditional, atomic change: `if (all checks hold) then … else …`. */
export interface Transaction {
  readonly kind: 'transaction';
  /** The same command again under the same id gets the first result and changes nothing. */
  readonly requestId?: string | undefined;
  readonly checks: readonly Check[];
  readonly then: readonly Operation[];
  readonly else: readonly Operation[];
}

export type Command = Transaction;

export type Comparison = '=' | '!=' | '<' | '>';

/** Compares a property of a key with a constant. A key that is not there has version, created and modified 0, and no value. */
export type Check =
  | {
      readonly target: 'version' | 'created' | 'modified';
      readonly key: string;
      readonly is: Comparison;
      readonly to: number;
    }
  /** Values are compared byte by byte; the value of a missing key is unlike every value, and neither less nor greater. */
  | { readonly target: 'value'; readonly key: string; readonly is: Comparison; readonly to: Uint8Array };

export type Operation =
  | { readonly kind: 'put'; readonly key: string; readonly value: Uint8Array }
  | { readonly kind: 'delete'; readonly key: string }
  | { readonly kind: 'get'; readonly key: string }
  /** Keys that begin with `prefix` and are greater than `after`, ascending. */
  | {
      readonly kind: 'list';
      readonly prefix: string;
      readonly after?: string | undefined;
      readonly limit: number;
    };

/** A key and what is known of it. */
export interface KeyEntry {
  readonly key: string;
  readonly value: Uint8Array;
  /** The position at which it was created; a key that was deleted and put again is created anew. */
  readonly created: number;
  /** The position of its last put. */
  readonly modified: number;
  /** 1 when created, one more with each put. */
  readonly version: number;
}

export type OperationResult =
  | { readonly kind: 'put'; readonly entry: KeyEntry; readonly previous: KeyEntry | undefined }
  | { readonly kind: 'delete'; readonly previous: KeyEntry | undefined }
  | { readonly kind: 'get'; readonly entry: KeyEntry | undefined }
  | { readonly kind: 'list'; readonly entries: readonly KeyEntry[]; readonly more: boolean };

export type CommandResult =
  | {
      readonly kind: 'transaction';
      /** Whether all checks held. */
      readonly succeeded: boolean;
      /** The position at which it was applied: for a repeated request id, that of the first. */
      readonly position: number;
      /** Empty when `forgotten`. */
      readonly results: readonly OperationResult[];
      /** A repeated request id whose results were too large to remember. */
      readonly forgotten?: true;
    }
  /** Another command came under this request id before, and was carried out at `earlier`. Nothing was changed. */
  | { readonly kind: 'request-id-reused'; readonly position: number; readonly earlier: number }
  /** Against the limits; nothing was changed. */
  | { readonly kind: 'invalid'; readonly position: number; readonly reason: string };
