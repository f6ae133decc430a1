// Transcripts: text files that are conversations. A line at the left margin is said, and the lines indented
// below it are the answer. A test says all lines again and compares the answers with those of the file.

import { readdirSync } from 'node:fs';

/** What a line is answered with. */
export type Answering = (line: string) => string[] | Promise<string[]>;

/** The names of the transcripts in `folder`. */
export function transcriptsIn(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.endsWith('.txt'));
}

/** The transcript with the answers of today. Comments and empty lines have none. */
export async function replayed(transcript: string, answer: Answering): Promise<string> {
  const lines: string[] = [];
  for (const line of transcript.split('\n')) {
    if (line.startsWith(' ')) continue;
    lines.push(line);
    if (line === '' || line.startsWith('#')) continue;
    for (const text of await answer(line)) lines.push(`  ${text}`);
  }
  return lines.join('\n');
}
