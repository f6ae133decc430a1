// Alarms on what an operator must hear of, and one page to look at.

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
  /** Undefined for a Web Function, which is not measured like a function. */
  readonly api: LambdaFunction | undefined;
  readonly maintenance: LambdaFunction;
  readonly maintenanceEvery: Duration;
  /** Hears of alarms. */
  readonly alarmTopic?: ITopic | undefined;
}

/** A cold start that has to replay so many commands takes seconds: the schedule does not keep up, or fails. */
const SNAPSHOT_LAG_MAX = 20_000;
const WRITE_LATENCY_P99_MAX_MS = 1000;
const PERIOD = Duration.minutes(5);

export class Monitoring extends Construct {
  readonly alarms: readonly Alarm[];
  readonly #props: MonitoringProps;

  constructor(scope: Construct, props: MonitoringProps) {
    super(scope, 'Monitoring');
    this.#props = props;
    const { maintenance, maintenanceEvery } = props;
    this.alarms = [
      this.#alarm(
        'OutcomeUnknown',
        'Callers were told that nobody knows whether a write happened',
        this.#sum('outcomeUnknown'),
        1,
      ),
      this.#alarm(
        'WriteLatency',
        'Writes are slow',
        this.#own('writeLatency', Stats.percentile(99)),
        WRITE_LATENCY_P99_MAX_MS,
        3,
      ),
      this.#alarm(
        'Throttles',
        'DynamoDB throttles: a log takes more writes than one partition can',
        this.#sum('throttles'),
        10,
        3,
      ),
      this.#alarm(
        'SnapshotLag',
        'Snapshots are far behind: cold starts are slow',
        this.#own('snapshotLag', Stats.MAXIMUM),
        SNAPSHOT_LAG_MAX,
      ),
      this.#alarm(
        'MaintenanceErrors',
        'Snapshots and trimming fail',
        maintenance.metricErrors({ period: maintenanceEvery }),
        1,
        2,
      ),
      ...this.#apiAlarms(),
    ];
    for (const alarm of this.alarms)
      if (props.alarmTopic) alarm.addAlarmAction(new SnsAction(props.alarmTopic));
    this.#dashboard();
  }

  #apiAlarms(): Alarm[] {
    const { api } = this.#props;
    if (!api) return [];
    return [
      this.#alarm('ApiErrors', 'The function fails', api.metricErrors({ period: PERIOD }), 1),
      this.#alarm('ApiThrottles', 'Lambda turns requests away', api.metricThrottles({ period: PERIOD }), 1),
    ];
  }

  #alarm(
    id: string,
    alarmDescription: string,
    metric: IMetric,
    threshold: number,
    evaluationPeriods = 1,
  ): Alarm {
    return new Alarm(this, id, {
      alarmDescription,
      metric,
      threshold,
      evaluationPeriods,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      // Nothing to measure is what idle means.
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }

  #own(metric: Exclude<keyof typeof METRICS, 'namespace'>, statistic: string): Metric {
    return new Metric({
      namespace: METRICS.namespace,
      metricName: METRICS[metric],
      dimensionsMap: { service: this.#props.table.tableName },
      statistic,
      period: PERIOD,
    });
  }

  #sum(metric: Exclude<keyof typeof METRICS, 'namespace'>): Metric {
    return this.#own(metric, Stats.SUM);
  }

  #dashboard(): void {
    const graph = (title: string, left: IMetric[]) => new GraphWidget({ title, left, width: 12 });
    const latency = (metric: 'writeLatency' | 'readLatency') =>
      [50, 99].map((percentile) => this.#own(metric, Stats.percentile(percentile)));
    const { api, maintenance } = this.#props;
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
            ...(api ? [api.metricErrors()] : []),
            maintenance.metricErrors(),
            this.#sum('denied'),
            this.#sum('outcomeUnknown'),
          ]),
        ],
      ],
    });
  }
}
