// `ordinal completion`, and the answers to the scripts that it prints.

import { Argument } from '@commander-js/extra-typings';
import { group, local, type ProgramWith } from '../define.ts';
import { write } from '../output.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;

export function command(programWith: ProgramWith) {
  return group(
    'completion',
    {
      summary: 'Completion for bash, zsh and fish.',
      details: `Prints a script for the shell. It completes commands and flags, and where a server answers within a moment the names of streams,
locks and what else a command is about.`,
      examples: [
        'source <(ordinal completion bash)    # in ~/.bashrc',
        'source <(ordinal completion zsh)     # in ~/.zshrc, after compinit',
        'ordinal completion fish | source     # in ~/.config/fish/config.fish',
      ],
    },
    SHELLS.map(shell),
    [words(programWith)],
  );
}

function shell(name: (typeof SHELLS)[number]) {
  return local(name, {
    summary: `Print the script for ${name}.`,
    examples: [name === 'fish' ? 'ordinal completion fish | source' : `source <(ordinal completion ${name})`],
  }).action(async () => write((await import('../completion-scripts.ts')).SCRIPTS[name]));
}

function words(programWith: ProgramWith) {
  return local('words', {
    summary: 'Print what the last word can be, for the scripts.',
    examples: ['ordinal completion words -- streams re'],
  })
    .addArgument(
      new Argument('[word...]', 'The words of the command line, the last one as far as it is typed.'),
    )
    .action(async (typed) => (await import('../complete.ts')).complete(typed, programWith));
}
