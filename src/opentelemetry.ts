// `ordinal/opentelemetry`: traces for a program that has `@opentelemetry/api` and an SDK.

export type { OpenTelemetry } from './observability/opentelemetry.ts';
export { openTelemetry } from './observability/opentelemetry.ts';
