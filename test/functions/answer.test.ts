// Goal: an answer is handed on as fast as it is taken, and an end before its time harms neither the environment nor its source. Method:
// sources and readers that stop in each way.

import { describe, expect, test } from 'vitest';
import { answerStreamed } from '../../src/lambda/answer.ts';
import { functionUrlEvent } from '../support/function-url.ts';
import { answered, runtimeDouble } from '../support/lambda-runtime.ts';

const event = await functionUrlEvent(new Request('https://urlid.lambda-url.eu-west-1.on.aws/'), {
  signed: true,
});
const PIECE = new Uint8Array(10_000);

/** What is sent of `body`, and how the invocation ends. */
function send(body: ReadableStream<Uint8Array>) {
  let ended: Promise<void> = Promise.resolve();
  const wire = answered((stream) => {
    ended = answerStreamed(runtimeDouble, event, stream, async () => new Response(body));
    return ended;
  });
  ended.catch(() => undefined);
  return { wire, ended };
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe('an answer', () => {
  test('whose source fails in the middle: the runtime hears of it, and its stream is left to it', async () => {
    let pulls = 0;
    const { wire, ended } = send(
      new ReadableStream({
        pull(controller) {
          pulls += 1;
          if (pulls > 2) controller.error(new TypeError('the source is gone'));
          else controller.enqueue(PIECE);
        },
      }),
    );
    wire.on('error', () => undefined).resume();
    await expect(ended).rejects.toThrow('the source is gone');
  });

  test('that nobody takes yet is not made', async () => {
    let pulls = 0;
    const { wire, ended } = send(
      new ReadableStream({
        pull(controller) {
          pulls += 1;
          controller.enqueue(PIECE);
          if (pulls === 100) controller.close();
        },
      }),
    );
    await turns(200);
    expect(pulls).toBeLessThan(20);
    wire.resume();
    await ended;
    expect(pulls).toBe(100);
  });

  test.each(['waits for its source', 'waits for its reader'])(
    'whose reader hangs up while it %s',
    async (what) => {
      let cancelled = false;
      const { wire, ended } = send(
        new ReadableStream({
          pull(controller) {
            if (what === 'waits for its source') return new Promise(() => undefined);
            controller.enqueue(PIECE);
            return undefined;
          },
          cancel() {
            cancelled = true;
          },
        }),
      );
      await turns(100);
      expect(cancelled).toBe(false);
      wire.destroy();
      await ended;
      expect(cancelled).toBe(true);
    },
  );
});
