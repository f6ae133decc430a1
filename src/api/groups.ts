// Groups: the members that are present, each with metadata of its own. For membership and service discovery.

import type {
  Behind,
  Failed,
  ListPage,
  ListPageOptions,
  Positioned,
  ReadOptions,
  Rejected,
} from './common.ts';
import type { LeaseNotFound } from './keys.ts';
import type { LeaseOrTtl } from './leases.ts';

export interface Member {
  readonly name: string;
  readonly lease: string;
  readonly metadata: Uint8Array<ArrayBuffer>;
  /** The position at which the member joined. */
  readonly joined: number;
}

export type JoinOptions = LeaseOrTtl & {
  /** Data that others see of the member. Default: empty. */
  readonly metadata?: string | Uint8Array | undefined;
};

export type JoinResult =
  /** `updated`: the member was there, under this lease. Its metadata is the new one. */
  | ({ readonly kind: 'joined' | 'updated'; readonly lease: string } & Positioned)
  /** Another lease keeps a member of this name. */
  | ({ readonly kind: 'name-taken' } & Positioned)
  | LeaseNotFound
  | Rejected
  | Failed;

export type LeaveResult = ({ readonly kind: 'left' | 'not-member' } & Positioned) | Rejected | Failed;

export type MembersResult =
  | ({
      readonly kind: 'members';
      /** At most 10,000. */
      readonly members: readonly Member[];
      /** There are others, with greater names. */
      readonly more: boolean;
    } & Positioned)
  | Behind
  | Rejected
  | Failed;

export interface ListedGroup {
  readonly name: string;
  /** How many there are; at most 10,000 are counted. */
  readonly members: number;
}

export type ListGroupsResult = ListPage<{ readonly groups: readonly ListedGroup[] }>;

export interface Groups {
  /** Joins for as long as the lease lives. */
  join(group: string, member: string, options: JoinOptions): Promise<JoinResult>;
  leave(group: string, member: string, lease: string): Promise<LeaveResult>;
  /** In the order of their names. */
  members(group: string, options?: ReadOptions): Promise<MembersResult>;
  /** The groups that have members, in pages. */
  list(options?: ListPageOptions): Promise<ListGroupsResult>;
  /**
   * The members now, and after every change, as `Elections.observe` tells leaders. At most 10,000 are told.
   *
   * @throws OrdinalError
   */
  observe(group: string, signal?: AbortSignal): AsyncIterable<readonly Member[]>;
}
