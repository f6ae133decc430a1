// The levels and formats of a log, for settings that are read before a log is opened.

export const LOG_LEVELS = ['error', 'warn', 'info', 'debug', 'silent'] as const;
export const LOG_FORMATS = ['text', 'json'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];
export type LogFormat = (typeof LOG_FORMATS)[number];
