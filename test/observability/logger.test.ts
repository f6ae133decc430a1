// Goal: every line can be read by the program or the person that it is for. Method: lines, written down.

import { expect, test } from 'vitest';
import { StoreError } from '../../src/log/store.ts';
import type { LogFormat, LogLevel } from '../../src/observability/log-levels.ts';
import { type Logger, openLogger, storeLog } from '../../src/observability/logger.ts';

function opened(format: LogFormat, level: LogLevel = 'debug'): { logger: Logger; written: () => string } {
  let text = '';
  const write = (line: string) => {
    text += line;
  };
  return { logger: openLogger({ level, format, write }), written: () => text };
}

const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/;

test('JSON: one object a line, with level, time and message', () => {
  const { logger, written } = opened('json');
  logger.info('it begins');
  logger.warn('a\nb "c"', { log: 'stream/x', definite: false, durationMs: 1.5 });
  const lines = written()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const time = expect.stringMatching(TIME);
  expect(lines).toEqual([
    { level: 'info', time, message: 'it begins' },
    { level: 'warn', time, message: 'a\nb "c"', log: 'stream/x', definite: false, durationMs: 1.5 },
  ]);
});

test('text: the same for a person', () => {
  const { logger, written } = opened('text');
  logger.info('it begins');
  logger.warn('it failed', { log: 'stream/a b', code: 'unavailable', definite: true, durationMs: 1.23456 });
  expect(written().replaceAll(new RegExp(TIME, 'g'), 'TIME')).toBe(
    'TIME info  it begins\n' +
      'TIME warn  it failed  log="stream/a b" code=unavailable definite=true durationMs=1.235\n',
  );
});

test('text: what others have sent makes no line and no command of a terminal', () => {
  const { logger, written } = opened('text');
  logger.error('a\n2026 info  forged\u001b[31m', { log: 'stream/\u0007x\ny' });
  expect(written().trimEnd()).not.toMatch(/[\n\u001b\u0007]/);
  expect(written()).toContain('a\\u000a2026 info  forged\\u001b[31m');
});

test.each([
  ['error', 'e'],
  ['warn', 'ew'],
  ['info', 'ewi'],
  ['debug', 'ewid'],
  ['silent', ''],
] as const)('the level %s', (level, expected) => {
  const { logger, written } = opened('json', level);
  for (const one of ['error', 'warn', 'info', 'debug'] as const) {
    logger[one](one);
    expect(logger.writes(one)).toBe(expected.includes(one.charAt(0)));
  }
  const messages = written()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line).message);
  expect(messages.map((message: string) => message.charAt(0)).join('')).toBe(expected);
});

test('an error says where, whether it is definite, and its stack', () => {
  const { logger, written } = opened('json');
  logger.report(new StoreError('gone', { definite: false, retryable: true }), { log: 'namespace/a' });
  logger.report('only text', { requestId: 'r' });
  const [first, second] = written()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
  expect(first).toMatchObject({ level: 'error', message: 'gone', log: 'namespace/a', definite: false });
  expect(first.stack).toContain('logger.test.ts');
  expect(second).toMatchObject({ level: 'error', message: 'only text', requestId: 'r' });
  expect(second).not.toHaveProperty('definite');
});

test('text: a stack follows its line', () => {
  const { logger, written } = opened('text');
  logger.report(new Error('broken'));
  const [head, ...below] = written().trimEnd().split('\n');
  expect(head).toMatch(/ error broken$/);
  expect(below.length).toBeGreaterThan(0);
  for (const line of below) expect(line).toMatch(/^ {4}at /);
});

test('calls of the store are told of when they fail', () => {
  const { logger, written } = opened('json');
  const { storeCallEnded } = storeLog(logger);
  const call = { method: 'update', log: 'stream/a', durationMs: 2 } as const;
  storeCallEnded?.({ ...call, outcome: 'ok' });
  storeCallEnded?.({ ...call, outcome: 'refused' });
  expect(written()).toBe('');
  storeCallEnded?.({ ...call, outcome: 'indefinite', error: new Error('no answer') });
  expect(JSON.parse(written())).toMatchObject({
    level: 'warn',
    message: 'a call of the store failed: no answer',
    call: 'update',
    log: 'stream/a',
    definite: false,
    durationMs: 2,
  });
});
