// What the functions measure: the dashboard and the alarms are made from the same names.

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
