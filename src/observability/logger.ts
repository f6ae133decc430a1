// The log of a server: a line for each entry, as JSON for a collector or as text for a person. No entry holds
// credentials, keys or values: its fields are those below.

import { pino } from 'pino';
import type { Observer } from '../log/observer.ts';
import type { LogFormat, LogLevel } from './log-levels.ts';

/** `docs/operations.md` tells what they mean. */
interface LogFields {
  readonly log?: string | undefined;
  readonly requestId?: string | undefined;
  readonly method?: string | undefined;
  readonly route?: string | undefined;
  readonly status?: number | undefined;
  readonly code?: string | undefined;
  readonly definite?: boolean | undefined;
  readonly durationMs?: number | undefined;
  readonly call?: string | undefined;
  readonly stack?: string | undefined;
}

type Write = (message: string, fields?: LogFields) => void;

export interface Logger {
  readonly error: Write;
  readonly warn: Write;
  readonly info: Write;
  readonly debug: Write;
  /** Whether lines of this level are written. */
  writes(level: Exclude<LogLevel, 'silent'>): boolean;
  /** Writes an error that no answer tells of. */
  readonly report: (error: unknown, where?: Pick<LogFields, 'log' | 'requestId'>) => void;
}

export interface LoggerOptions {
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** Is given whole lines. */
  readonly write: (text: string) => void;
}

export function openLogger({ level, format, write }: LoggerOptions): Logger {
  const destination = { write: format === 'json' ? write : (line: string) => write(textOf(line)) };
  const options = {
    level,
    base: null,
    messageKey: 'message',
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  const log = pino(options, destination);
  const at = (one: Exclude<LogLevel, 'silent'>): Write => {
    return (message, fields = {}) => log[one](fields, message);
  };
  const error = at('error');
  return {
    error,
    warn: at('warn'),
    info: at('info'),
    debug: at('debug'),
    writes: (one) => log.isLevelEnabled(one),
    report: (cause, where = {}) => {
      const { message, stack } =
        cause instanceof Error ? cause : { message: String(cause), stack: undefined };
      error(message, { ...where, definite: definiteOf(cause), stack });
    },
  };
}

function definiteOf(error: unknown): boolean | undefined {
  const definite = error instanceof Error && 'definite' in error ? error.definite : undefined;
  return typeof definite === 'boolean' ? definite : undefined;
}

/** Calls of the store without an answer or with an error, which many requests may share. */
export function storeLog({ warn }: Logger): Observer {
  return {
    storeCallEnded({ method: call, log, outcome, durationMs, error }) {
      if (outcome !== 'failed' && outcome !== 'indefinite') return;
      const message = error instanceof Error ? error.message : String(error);
      warn(`a call of the store failed: ${message}`, {
        call,
        log,
        definite: outcome === 'failed',
        durationMs,
      });
    },
  };
}

const LEVEL_WIDTH = 5;

/** `2026-01-31T12:00:00.000Z warn  it failed  log=stream/a definite=true`, and below it the stack. */
function textOf(line: string): string {
  const { level, time, message, stack, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const head = [time, String(level).padEnd(LEVEL_WIDTH), visible(String(message))].join(' ');
  const pairs = Object.entries(fields).map(([name, value]) => ` ${name}=${visible(shown(value))}`);
  const below = typeof stack === 'string' ? stack.split('\n').slice(1) : [];
  const lines = [head + (pairs.length > 0 ? ` ${pairs.join('')}` : ''), ...below.map(visible)];
  return `${lines.join('\n')}\n`;
}

function shown(value: unknown): string {
  if (typeof value === 'number') return String(Number(value.toFixed(3)));
  const text = String(value);
  return /[\s"=]/.test(text) ? JSON.stringify(text) : text;
}

/** A terminal must not take what others have sent for commands, nor for lines of this log. */
function visible(text: string): string {
  return text.replace(/\p{Cc}/gu, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
