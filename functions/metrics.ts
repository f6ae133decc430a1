// The names of the functions' metrics, from which the dashboard and the alarms are made, too.

export const METRICS = {
  namespace: 'Ordinal',
  writeLatency: 'WriteLatency',
  readLatency: 'ReadLatency',
  outcomeUnknown: 'OutcomeUnknown',
  denied: 'Denied',
  serverErrors: 'ServerErrors',
  storeCalls: 'StoreCalls',
  refusals: 'StoreRefusals',
  throttles: 'StoreThrottles',
  capacityUnits: 'CapacityUnits',
  snapshotLag: 'SnapshotLag',
} as const;
