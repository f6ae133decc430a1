// Spoils histories: changes one answer of a correct history to one that a broken system could give.

interface Line {
  readonly operation: string;
  readonly return: number | null;
  readonly arguments: { readonly consistency?: string };
  readonly result: {
    readonly kind?: string;
    readonly first?: number;
    readonly tail?: number;
    readonly output?: { readonly kind: string; readonly reason?: string; readonly tail?: number };
  } | null;
}

type Change = (line: Line) => Line | undefined;

/** An acknowledged append stands at another position. */
const moved: Change = (line) => {
  const { operation, result } = line;
  if (operation !== 'append' || result?.kind !== 'appended') return undefined;
  return { ...line, result: { ...result, first: (result.first ?? 0) + 1 } };
};

/** A look at the tail finds an empty log. */
const stale: Change = (line) => {
  const { operation, result } = line;
  if (operation !== 'tail' || !result?.tail) return undefined;
  return { ...line, result: { tail: 0 } };
};

/** A name is held by somebody who has never asked for it. */
const stolen: Change = (line) => {
  const { operation, result } = line;
  if (operation !== 'look-up' || !result || line.arguments.consistency === 'local') return undefined;
  return { ...line, result: { ...result, output: { kind: 'held-by', holder: 'nobody' } as never } };
};

/** A claim of a taken name succeeds. */
const claimedTwice: Change = (line) => {
  const { operation, result } = line;
  if (operation !== 'claim' || result?.output?.kind !== 'taken') return undefined;
  return { ...line, result: { ...result, output: { kind: 'claimed' } } };
};

/** An append gets in behind the tail of a sealed log. */
const unsealed: Change = (line) => {
  const { operation, result } = line;
  if (operation !== 'incarnation-append' || result?.output?.reason !== 'sealed') return undefined;
  const { tail = 0 } = result.output;
  return { ...line, result: { output: { kind: 'appended', first: tail + 1, incarnation: 0 } as never } };
};

/** By what is wrong in it; a history that has no place for it is left out. */
export function spoilt(history: string): Map<string, string> {
  const found = new Map<string, string>();
  const changes = { moved, stale, stolen, claimedTwice, unsealed };
  for (const [name, change] of Object.entries(changes)) {
    const text = changedInTheMiddle(history, change);
    if (text !== undefined) found.set(name, text);
  }
  return found;
}

function changedInTheMiddle(history: string, change: Change): string | undefined {
  const lines = history.trimEnd().split('\n');
  const places = [...lines.keys()].filter((index) => change(JSON.parse(lines[index] ?? '')));
  const place = places[Math.floor(places.length / 2)];
  if (place === undefined) return undefined;
  lines[place] = JSON.stringify(change(JSON.parse(lines[place] ?? '')));
  return `${lines.join('\n')}\n`;
}
