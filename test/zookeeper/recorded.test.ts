// What a real ZooKeeper 3.8.0 has answered, by `npm run test:zookeeper -- --record`, and what ours does.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { difference } from '../support/zookeeper/compare.ts';
import { play, Stage } from '../support/zookeeper/play.ts';
import { startServerHere } from '../support/zookeeper/server-here.ts';
import { recorded } from '../zookeeper-differential/recording.ts';

let stage: Stage;
let stop = async (): Promise<void> => undefined;

beforeAll(async () => {
  const server = await startServerHere({ tickMs: 300, containerCheckMs: 300 });
  stage = new Stage(server.port);
  stop = async () => {
    stage.end();
    await server.stop();
  };
});
afterAll(() => stop());

for (const { name, sequence, transcript } of recorded()) {
  it(name, async () => {
    const found = await play(stage, name.replaceAll(/\W/gu, '-'), sequence);
    expect(difference(transcript, found)).toBeUndefined();
  });
}
