// The construct: a table, a function behind a URL, and schedules. `new Ordinal(this, 'Ordinal')` is a whole
// deployment.

import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { type AccessSettings, environmentOf } from '../functions/settings.ts';
import { type Entrance, functionEntrance, webFunctionEntrance } from './entrance.ts';
import { createMaintenanceFunction } from './functions.ts';
import { checkBounds, checkEnvironment, checkEvery, checkLongPoll } from './limits.ts';
import { allowLogs } from './log-encryption.ts';
import { Monitoring } from './monitoring.ts';
import { createSchedule } from './schedule.ts';
import { createTable, type StrongReplicas } from './table.ts';

export type { AccessSettings, StrongReplicas };

export interface OrdinalProps {
  /**
   * The kind of admission. Default: IAM, for the principals that `grantUse` names. With `jwt` the URL is open
   * to the internet, and every request must carry a token of the issuer, whose scopes are its permissions.
   */
  readonly access?: AccessSettings | undefined;
  /**
   * `function` (default): one request at a time in an environment. `web-function`: many requests share one,
   * so that their appends commit in groups; only in Regions that have Lambda Web Functions.
   */
  readonly compute?: 'function' | 'web-function' | undefined;
  /** The namespaces that the schedule makes snapshots of and trims. Default: `default`. */
  readonly namespaces?: readonly string[] | undefined;
  /** Whole minutes, up to a day. Default: 15 minutes. */
  readonly maintenanceEvery?: Duration | undefined;
  /**
   * How often leases that are due are ended where no request comes that would end them; `false` for never.
   * Whole minutes, up to a day. Default: 1 minute.
   */
  readonly expireLeasesEvery?: Duration | false | undefined;
  /**
   * How long a long-poll waits for something new; at most 45 seconds. A waiting function is paid for.
   * Default: 20 seconds.
   */
  readonly longPoll?: Duration | undefined;
  /**
   * Whether the URL hands answers on while they are made. Without it an event stream ends at once and its
   * reader comes back; for Regions and emulators that cannot stream. Default: true.
   */
  readonly responseStreaming?: boolean | undefined;
  /**
   * Whether the console is at `/`. A browser that opens it sends no signature, so it is for `access` of the
   * kind `jwt`, or behind a proxy that signs. Default: false.
   */
  readonly console?: boolean | undefined;
  /** Default: none. */
  readonly strongReplicas?: StrongReplicas | undefined;
  /** Encrypts table, logs and settings. Default: keys that AWS owns, at no charge. */
  readonly encryptionKey?: IKey | undefined;
  /** Default: one month. */
  readonly logRetention?: RetentionDays | undefined;
  /** Gets a message for each alarm. */
  readonly alarmTopic?: ITopic | undefined;
  /**
   * Whether the table stays when the stack is deleted. Default: it stays, and cannot be deleted by accident.
   */
  readonly removalPolicy?: RemovalPolicy.RETAIN | RemovalPolicy.DESTROY | undefined;
  /**
   * For `function`: the most requests that run at once; this concurrency is reserved for them. Default: as
   * many as the account has left.
   */
  readonly reservedConcurrency?: number | undefined;
  /**
   * For `web-function`: the most environments at once; two at least. Default: as many as the account has
   * left.
   */
  readonly maxEnvironments?: number | undefined;
  /**
   * Memory of each function in MB, except a Web Function, whose memory AWS decides. Processor time comes in
   * proportion. Default: 1024.
   */
  readonly memoryMb?: number | undefined;
}

export class Ordinal extends Construct {
  readonly table: TableV2;
  /** Undefined with `web-function`. */
  readonly apiFunction: LambdaFunction | undefined;
  readonly maintenanceFunction: LambdaFunction;
  /** Where the API answers. */
  readonly url: string;
  readonly #entrance: Entrance;

  constructor(scope: Construct, id: string, props: OrdinalProps = {}) {
    super(scope, id);
    const {
      access = { kind: 'iam' },
      namespaces = ['default'],
      maintenanceEvery = Duration.minutes(15),
      expireLeasesEvery = Duration.minutes(1),
    } = props;
    const { strongReplicas, encryptionKey, removalPolicy = RemovalPolicy.RETAIN } = props;
    const { responseStreaming = true, longPoll = Duration.seconds(20) } = props;
    checkBounds(props);
    checkLongPoll(longPoll);
    checkEvery('maintenanceEvery', maintenanceEvery);
    if (expireLeasesEvery) checkEvery('expireLeasesEvery', expireLeasesEvery);
    this.table = createTable(this, { strongReplicas, encryptionKey, removalPolicy });
    if (encryptionKey) allowLogs(this, encryptionKey);
    const shared = {
      table: this.table,
      environment: {
        ...environmentOf({
          table: this.table.tableName,
          access,
          namespaces,
          longPollMs: longPoll.toMilliseconds(),
          responseStreaming,
          console: props.console ?? false,
        }),
        NODE_OPTIONS: '--enable-source-maps',
      },
      logRetention: props.logRetention ?? RetentionDays.ONE_MONTH,
      encryptionKey,
      memoryMb: props.memoryMb ?? 1024,
      reservedConcurrency: props.reservedConcurrency,
      maxEnvironments: props.maxEnvironments,
    };
    checkEnvironment(shared.environment, namespaces.length);
    const enter = props.compute === 'web-function' ? webFunctionEntrance : functionEntrance;
    this.#entrance = enter(this, shared, { access, responseStreaming });
    this.url = this.#entrance.url;
    this.apiFunction = this.#entrance.apiFunction;
    this.maintenanceFunction = createMaintenanceFunction(this, shared);
    createSchedule(this, 'Schedule', this.maintenanceFunction, {
      every: maintenanceEvery,
      description: 'Snapshots and trimming of the namespaces of Ordinal',
    });
    if (expireLeasesEvery) {
      createSchedule(this, 'LeaseSchedule', this.maintenanceFunction, {
        every: expireLeasesEvery,
        description: 'The end of leases in the namespaces of Ordinal',
        input: { task: 'expire-leases' },
      });
    }
    new Monitoring(this, {
      table: this.table,
      entrance: this.#entrance,
      maintenance: this.maintenanceFunction,
      maintenanceEvery,
      alarmTopic: props.alarmTopic,
    });
  }

  /**
   * Lets a role, a user or another function use the API: over its URL, and by invoking the function directly.
   */
  grantUse(grantee: IGrantable): void {
    this.#entrance.grantUse(grantee);
  }
}
