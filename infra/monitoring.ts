// Alarms for the operator, and a dashboard.

import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  Dashboard,
  GraphWidget,
  type IMetric,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { METRICS } from '../functions/metrics.ts';

export interface MonitoringProps {
  readonly table: TableV2;
  readonly entrance: { readonly alarms: Readonly<Record<string, AlarmSpec>> };
  readonly maintenance: LambdaFunction;
  readonly maintenanceEvery: Duration;
  /** Gets a message for each alarm. */
  readonly alarmTopic?: ITopic | undefined;
}

/**
 * A cold start that has to replay this many commands takes seconds: the schedule does not keep up, or fails.
 */
const SNAPSHOT_LAG_MAX = 20_000;
const WRITE_LATENCY_P99_MAX_MS = 1000;
const PERIOD = Duration.minutes(5);

export interface AlarmSpec {
  readonly says: string;
  readonly metric: IMetric;
  readonly threshold: number;
  /** The number of periods in a row. Default: 1. */
  readonly periods?: number;
}

export class Monitoring extends Construct {
  readonly #props: MonitoringProps;

  constructor(scope: Construct, props: MonitoringProps) {
    super(scope, 'Monitoring');
    this.#props = props;
    const specs = { ...this.#requestAlarms(), ...this.#maintenanceAlarms(), ...props.entrance.alarms };
    const alarms = [...Object.entries(specs).map(([id, spec]) => this.#alarm(id, spec)), this.#silence()];
    const { alarmTopic } = props;
    if (alarmTopic) for (const alarm of alarms) alarm.addAlarmAction(new SnsAction(alarmTopic));
    this.#dashboard();
  }

  #requestAlarms(): Record<string, AlarmSpec> {
    const slow = this.#own('writeLatency', Stats.percentile(99));
    return {
      ServerErrors: { says: 'Requests fail: 5xx', metric: this.#sum('serverErrors'), threshold: 5 },
      OutcomeUnknown: {
        says: 'Callers were told that nobody knows whether a write happened',
        metric: this.#sum('outcomeUnknown'),
        threshold: 1,
      },
      WriteLatency: {
        says: 'Writes are slow',
        metric: slow,
        threshold: WRITE_LATENCY_P99_MAX_MS,
        periods: 3,
      },
      Throttles: {
        says: 'DynamoDB throttles: a log takes more writes than one partition can',
        metric: this.#sum('throttles'),
        threshold: 10,
        periods: 3,
      },
    };
  }

  #maintenanceAlarms(): Record<string, AlarmSpec> {
    const { maintenance, maintenanceEvery: period } = this.#props;
    return {
      SnapshotLag: {
        says: 'Snapshots are far behind: cold starts are slow',
        metric: this.#own('snapshotLag', Stats.MAXIMUM, period),
        threshold: SNAPSHOT_LAG_MAX,
      },
      MaintenanceErrors: {
        says: 'Snapshots and trimming fail',
        metric: maintenance.metricErrors({ period }),
        threshold: 1,
        periods: 2,
      },
    };
  }

  #alarm(id: string, { says, metric, threshold, periods = 1 }: AlarmSpec): Alarm {
    return new Alarm(this, id, {
      alarmDescription: says,
      metric,
      threshold,
      evaluationPeriods: periods,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      // An idle deployment has nothing to measure.
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }

  /** An alarm for a maintenance that does not run: its runs are the only events of an idle deployment. */
  #silence(): Alarm {
    const { maintenanceEvery: period } = this.#props;
    return new Alarm(this, 'MaintenanceSilent', {
      alarmDescription: 'The schedule does not run',
      // Not the invocations: the schedule of the leases makes some, too.
      metric: this.#own('snapshotLag', Stats.SAMPLE_COUNT, period),
      threshold: 1,
      evaluationPeriods: 3,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.BREACHING,
    });
  }

  #own(metric: Exclude<keyof typeof METRICS, 'namespace'>, statistic: string, period = PERIOD): Metric {
    return new Metric({
      namespace: METRICS.namespace,
      metricName: METRICS[metric],
      dimensionsMap: { service: this.#props.table.tableName },
      statistic,
      period,
    });
  }

  #sum(metric: Exclude<keyof typeof METRICS, 'namespace'>): Metric {
    return this.#own(metric, Stats.SUM);
  }

  #dashboard(): void {
    const graph = (title: string, left: IMetric[]) => new GraphWidget({ title, left, width: 12 });
    const latency = (metric: 'writeLatency' | 'readLatency') =>
      [50, 99].map((percentile) => this.#own(metric, Stats.percentile(percentile)));
    const { entrance, maintenance } = this.#props;
    new Dashboard(this, 'Dashboard', {
      widgets: [
        [graph('Writes, ms', latency('writeLatency')), graph('Reads, ms', latency('readLatency'))],
        [
          graph('Contention: refused writes among store calls', [
            this.#sum('storeCalls'),
            this.#sum('refusals'),
          ]),
          graph('Throttles and capacity units', [this.#sum('throttles'), this.#sum('capacityUnits')]),
        ],
        [
          graph('Commands after the newest snapshot', [this.#own('snapshotLag', Stats.MAXIMUM)]),
          graph('Errors, denied requests, unknown outcomes', [
            this.#sum('serverErrors'),
            ...Object.values(entrance.alarms).map(({ metric }) => metric),
            maintenance.metricErrors(),
            this.#sum('denied'),
            this.#sum('outcomeUnknown'),
          ]),
        ],
      ],
    });
  }
}
