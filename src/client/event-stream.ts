// Server-sent events of one path: read while they come, and connected again when they end.

import { OrdinalError } from '../api/error.ts';
import { elapsedMs, momentOf } from '../clock.ts';
import type { NamespaceSender } from './namespace-sender.ts';

interface ServerEvent {
  readonly event: string;
  readonly id: string;
  readonly data: string;
}

const RECONNECT_MIN_MS = 50;
const RECONNECT_MAX_MS = 2000;

/**
 * The data of every event that differs from the one before, over all connections. Ends when `signal` aborts.
 *
 * @throws OrdinalError when the server refuses, or cannot be reached for as long as any request is tried
 */
export async function* observedData(
  within: NamespaceSender,
  below: string,
  signal: AbortSignal = new AbortController().signal,
): AsyncGenerator<string, void, undefined> {
  const { clock, timeoutMs } = within.sender;
  let reached = momentOf(clock);
  let pauseMs = RECONNECT_MIN_MS;
  let told: string | undefined;
  while (!signal.aborted) {
    const opened = await within.open(below, { accept: 'text/event-stream' }, signal);
    if (signal.aborted) return;
    if (opened.kind === 'problem') throw new OrdinalError(opened.problem.code, opened.problem.detail);
    if (opened.kind === 'open') {
      for await (const { data } of eventsIn(opened.response.body, signal)) {
        // Every connection begins with what is so now.
        if (data === told) continue;
        pauseMs = RECONNECT_MIN_MS;
        told = data;
        yield data;
      }
      reached = momentOf(clock);
    } else if (!opened.retryable || elapsedMs(clock, reached) > timeoutMs) {
      throw new OrdinalError('unavailable', opened.message);
    }
    // Where answers come in one piece an event stream ends at once: then this is how often to look.
    await clock.sleep(pauseMs, signal);
    pauseMs = Math.min(RECONNECT_MAX_MS, pauseMs * 2);
  }
}

/** Until the connection ends, however it does. */
async function* eventsIn(
  body: ReadableStream<Uint8Array> | null,
  signal: AbortSignal,
): AsyncGenerator<ServerEvent, void, undefined> {
  const reader = body?.getReader();
  const stop = () => void reader?.cancel().catch(() => undefined);
  signal.addEventListener('abort', stop);
  const decoder = new TextDecoder();
  let text = '';
  try {
    while (reader && !signal.aborted) {
      const { done, value } = await reader.read();
      if (done) return;
      text += decoder.decode(value, { stream: true });
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const event = eventOf(block);
        if (event) yield event;
      }
    }
  } catch {
    // The connection broke: there is a next one.
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
}

/** The events are Ordinal's own: lines end in LF, and data is in one line or several. */
function eventOf(block: string): ServerEvent | undefined {
  const fields = { event: 'message', id: '', data: [] as string[] };
  for (const line of block.split('\n')) {
    const [, name, value = ''] = /^(\w+): ?(.*)$/su.exec(line) ?? [];
    if (name === 'data') fields.data.push(value);
    else if (name === 'event' || name === 'id') fields[name] = value;
  }
  return fields.data.length === 0 ? undefined : { ...fields, data: fields.data.join('\n') };
}
