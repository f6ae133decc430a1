// Takes JSON text apart without a change to any part of it: to parse a value and print it again would change
// numbers that JavaScript cannot hold. For every layer.

/** The source texts of the elements of an array. `text` must be valid JSON. */
export function elementsOf(text: string): string[] {
  return partsOf(text.slice(text.indexOf('[') + 1, text.lastIndexOf(']')));
}

/** The source text of each member of an object, by its name. `text` must be valid JSON. */
export function membersOf(text: string): Map<string, string> {
  const parts = partsOf(text.slice(text.indexOf('{') + 1, text.lastIndexOf('}')));
  return new Map(
    parts.map((part) => {
      const end = endOfString(part, 0) + 1;
      const name: string = JSON.parse(part.slice(0, end));
      return [name, part.slice(part.indexOf(':', end) + 1).trim()];
    }),
  );
}

/** What the commas of the outermost level part. */
function partsOf(inner: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let index = 0; index < inner.length; index += 1) {
    const character = inner[index];
    if (character === '"') index = endOfString(inner, index);
    else if (character === '[' || character === '{') depth += 1;
    else if (character === ']' || character === '}') depth -= 1;
    else if (character === ',' && depth === 0) {
      parts.push(inner.slice(from, index).trim());
      from = index + 1;
    }
  }
  const last = inner.slice(from).trim();
  return last === '' ? parts : [...parts, last];
}

function endOfString(text: string, start: number): number {
  let index = start + 1;
  while (text[index] !== '"') index += text[index] === '\\' ? 2 : 1;
  return index;
}
