// The thread that writes: takes all writes that have come, in their order, into one transaction, and answers when it is on disk.

import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { enter, leave } from './gate.ts';
import { messageOf } from './message-of.ts';
import { NoRoomError, Room } from './room.ts';
import { openTables, type Tables } from './tables.ts';
import { perform } from './write.ts';
import type { Answer, Job, Message, WriterData } from './writer.ts';

/** So many writes share a transaction at most: those behind them should not wait for too long. */
const JOBS_MAX = 256;

function waitingMessages(port: MessagePort, first: Message): Message[] {
  const messages = [first];
  while (messages.length < JOBS_MAX) {
    const next = receiveMessageOnPort(port) as { message: Message } | undefined;
    if (!next) break;
    messages.push(next.message);
  }
  return messages;
}

/** Every answer is about something durable: the transaction returns when the disk has it. */
function commit(tables: Tables, room: Room, jobs: readonly Job[]): Answer[] {
  try {
    return tables.root.transactionSync(() => {
      room.begin();
      return jobs.map((job) => answerTo(tables, room, job));
    });
  } catch (cause) {
    // The commit may have reached the disk before whatever went wrong.
    return jobs.map(({ id }) => ({ id, failure: { message: messageOf(cause), definite: false } }));
  }
}

/** A write that fails here has changed nothing, or it has spoilt the transaction, and then the commit fails for all. */
function answerTo(tables: Tables, room: Room, { id, write }: Job): Answer {
  try {
    return { id, written: perform(tables, room, write) };
  } catch (cause) {
    return { id, failure: { message: messageOf(cause), definite: cause instanceof NoRoomError } };
  }
}

function work(port: MessagePort, { directory, gate }: WriterData): void {
  const tables = openTables(directory);
  const room = new Room(tables, directory);
  leave(gate);
  // No answers yet: it is there.
  port.postMessage([] satisfies Answer[]);
  port.on('message', (first: Message) => {
    const messages = waitingMessages(port, first);
    const jobs = messages.filter((message) => message !== 'close');
    if (jobs.length > 0) {
      enter(gate);
      const answers = commit(tables, room, jobs);
      leave(gate);
      port.postMessage(answers);
    }
    if (jobs.length < messages.length) {
      port.close();
      room.close();
      void tables.root.close();
    }
  });
}

if (parentPort) work(parentPort, workerData as WriterData);
