// Elections: candidates queue, and the first is the leader until it resigns or its lease ends.

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

export interface Leader {
  readonly lease: string;
  /** The value that the leader has proclaimed. */
  readonly value: Uint8Array<ArrayBuffer>;
  /** It grows with every change of the leader, and is a fencing token. */
  readonly term: number;
}

export type CampaignOptions = LeaseOrTtl & {
  /** A value that others see, such as the address of the leader. Default: empty. */
  readonly value?: string | Uint8Array | undefined;
  /**
   * How long to wait to be elected, in milliseconds. The candidate stays in the queue afterwards. Default:
   * 0.
   */
  readonly waitMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
};

export type CampaignResult =
  | ({ readonly kind: 'elected'; readonly lease: string; readonly term: number } & Positioned)
  | ({
      readonly kind: 'waiting';
      readonly lease: string;
      readonly leader: Leader | undefined;
      /**
       * How many candidates are before this one, the leader included; undefined when it has resigned
       * meanwhile.
       */
      readonly place: number | undefined;
    } & Positioned)
  | LeaseNotFound
  | Rejected
  | Failed;

export type ProclaimResult =
  | ({ readonly kind: 'proclaimed' | 'not-leader' } & Positioned)
  | Rejected
  | Failed;

export type ResignResult = ({ readonly kind: 'resigned' | 'not-candidate' } & Positioned) | Rejected | Failed;

export type LookUpLeaderResult =
  | ({
      readonly kind: 'leader';
      readonly leader: Leader | undefined;
      readonly candidates: number;
    } & Positioned)
  | Behind
  | Rejected
  | Failed;

export interface ListedElection {
  readonly name: string;
  readonly leader: Leader | undefined;
  /** The leader included; at most 1,000 are counted. */
  readonly candidates: number;
}

export type ListElectionsResult = ListPage<{ readonly elections: readonly ListedElection[] }>;

export interface Elections {
  /**
   * Joins the queue of candidates, once for each lease: asking again is harmless, and does not change the
   * value.
   */
  campaign(name: string, options: CampaignOptions): Promise<CampaignResult>;
  /** Changes the leader's value. */
  proclaim(name: string, lease: string, value: string | Uint8Array): Promise<ProclaimResult>;
  /** Gives the leadership up, or the candidacy. */
  resign(name: string, lease: string): Promise<ResignResult>;
  lookUp(name: string, options?: ReadOptions): Promise<LookUpLeaderResult>;
  /** The elections that have candidates, in pages. */
  list(options?: ListPageOptions): Promise<ListElectionsResult>;
  /**
   * The leader now, and after every change; undefined when there is none. Of several changes in quick
   * succession only the last may be told. Ends when `signal` aborts. @throws OrdinalError when it cannot go
   * on
   */
  observe(name: string, signal?: AbortSignal): AsyncIterable<Leader | undefined>;
}
