// Server-sent events over `fetch`, because `EventSource` cannot send a token.

export interface ServerEvent {
  readonly event: string;
  /** Undefined where the event has none. */
  readonly id: string | undefined;
  readonly data: string;
}

/** The server sends at least a comment every 15 seconds. After this time the connection is taken for dead. */
const SILENCE_MS = 40_000;

/**
 * The events of one connection, until the server ends it. @throws when the connection breaks, or falls silent
 */
export async function* eventsIn(response: Response): AsyncGenerator<ServerEvent, void, undefined> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (!reader) return;
  let text = '';
  try {
    for (;;) {
      const { done, value } = await inTime(reader.read());
      if (done) return;
      text += value;
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const event = eventOf(block);
        if (event) yield event;
      }
    }
  } finally {
    reader.cancel().catch(() => undefined);
  }
}

async function inTime<T>(read: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('silence')), SILENCE_MS);
  });
  try {
    return await Promise.race([read, late]);
  } finally {
    clearTimeout(timer);
  }
}

function eventOf(block: string): ServerEvent | undefined {
  const data: string[] = [];
  let event = 'message';
  let id: string | undefined;
  for (const line of block.split('\n')) {
    const [, field, value = ''] = /^(\w+): ?(.*)$/su.exec(line) ?? [];
    if (field === 'data') data.push(value);
    else if (field === 'event') event = value;
    else if (field === 'id') id = value;
  }
  return data.length === 0 ? undefined : { event, id, data: data.join('\n') };
}
