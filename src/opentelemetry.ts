// `ordinal/opentelemetry`: traces for a program that has `@opentelemetry/api` and an SDK.

export type { StoreCall, StoreMethod, StoreOutcome, Tracing } from './log/observer.ts';
export type { OpenTelemetry } from './observability/opentelemetry.ts';
export { openTelemetry } from './observability/opentelemetry.ts';
export type { RequestBegun, RequestTracing } from './observability/request-tracing.ts';
