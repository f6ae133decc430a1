// What was compared: an operation that was never refused, or never succeeded, proves little.

import type { Transcript } from '../support/zookeeper/play.ts';
import type { Message } from '../support/zookeeper/replies.ts';

export class Counts {
  readonly #counts = new Map<string, number>();

  add(transcript: Transcript): void {
    for (const message of transcript.flat(2)) {
      const kind = kindOf(message);
      this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
    }
  }

  get messages(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }

  text(): string {
    return [...this.#counts]
      .sort()
      .map(([kind, count]) => `  ${kind} ${count}\n`)
      .join('');
  }
}

function kindOf(message: Message): string {
  switch (message.kind) {
    case 'reply':
      return `${message.of} ${message.error}${failureIn(message)}`;
    case 'event':
      return `event ${message.type}`;
    case 'connected':
      return message.timeoutMs === 0 ? 'session refused' : 'connected';
    default:
      return message.kind;
  }
}

/** The error of a multi stands in its results. */
function failureIn({ of, body }: Message & { kind: 'reply' }): string {
  if (of !== 'multi') return '';
  const error = /"type":-1,"error":(-(?!2,)\d+)/u.exec(JSON.stringify(body) ?? '')?.[1];
  return error === undefined ? '' : `, ${error}`;
}
