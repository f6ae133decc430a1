// How a command ends, as a number for scripts. Help and reference show this table.

export const EXIT = {
  ok: 0,
  no: 1,
  usage: 2,
  indefinite: 3,
  unable: 4,
  data: 5,
  notHad: 75,
  lost: 76,
  cannotRun: 126,
  noCommand: 127,
  signal: 128,
  interrupted: 130,
  brokenPipe: 141,
} as const;

export const EXIT_CODES: readonly (readonly [code: string, meaning: string])[] = [
  ['0', 'Done; the answer is yes.'],
  [
    '1',
    'The answer is no: taken, held, not found, a condition that does not hold. Also: serve, doctor or backup has found a fault.',
  ],
  ['2', 'Usage: the command line, the environment or a configuration file is wrong. Nothing happened.'],
  ['3', 'The outcome is unknown: it may have happened.'],
  ['4', 'Nothing happened: the server could not be reached, or has refused the request.'],
  [
    '5',
    'The input is not what it must be: no JSON, or an export that is cut off or has another digest. The message says what was done before.',
  ],
  ['75', 'locks run, elections campaign: not had within --wait. The command was not started.'],
  ['76', 'locks run, elections campaign, groups join: lost, or perhaps lost, before the end.'],
  ['126, 127', 'The command that was to be run cannot be run, or is not there.'],
  [
    '128 + n',
    'Ended by the signal n: 130 by Ctrl-C (SIGINT), 143 by SIGTERM, 141 because the reader of a pipe has gone.',
  ],
];

export const EXIT_CODES_OF_COMMANDS =
  'locks run, elections campaign and groups join end with the exit code of the command that they have run.';
