// The steps of a document: what its reader types, saves and runs, and what they see.

export type Step =
  | { readonly kind: 'command'; readonly command: string; readonly shown: string }
  | { readonly kind: 'save'; readonly file: string; readonly text: string }
  | { readonly kind: 'program'; readonly text: string };

const BLOCK = /^```(console|js)\n(.*?)^```/gms;
const SAVED_AS = /Save it as `([\w.-]+)`:\s*$/;

/**
 * In a `console` block, a line with `$ ` is a command, and what follows is its output. A `js` block is a
 * program, which is run at once, or saved if the text before it says so. Other blocks are not run.
 */
export function stepsOf(document: string): Step[] {
  return [...document.matchAll(BLOCK)].flatMap(({ 1: language, 2: text = '', index }): Step[] => {
    if (language === 'console') return commandsIn(text);
    const file = SAVED_AS.exec(document.slice(0, index))?.[1];
    return [file === undefined ? { kind: 'program', text } : { kind: 'save', file, text }];
  });
}

function commandsIn(block: string): Step[] {
  return block
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const [command = '', ...shown] = part.trimEnd().split('\n');
      return { kind: 'command', command, shown: shown.join('\n') };
    });
}

/** Whether `printed` is what the document shows. `…` in it stands for any text. */
export function isAsShown(shown: string, printed: string): boolean {
  const pattern = shown
    .split('…')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
  return new RegExp(`^${pattern}$`, 's').test(printed.trimEnd());
}
