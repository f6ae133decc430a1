// A tree and its log, as short as a test can say it. Commands go through their encoding, as they do in a log.

import type { Acl, Identity } from '../../../src/protocols/zookeeper/tree/acl.ts';
import type {
  Command,
  Create,
  Holder,
  WriteOperation,
} from '../../../src/protocols/zookeeper/tree/command.ts';
import type { Change, CommandResult } from '../../../src/protocols/zookeeper/tree/result.ts';
import type { TreeState } from '../../../src/protocols/zookeeper/tree/state.ts';
import { znodeTree } from '../../../src/protocols/zookeeper/tree/tree.ts';
import type { Applied } from '../../../src/state-machine/state-machine.ts';

export const OPEN: Acl = [{ permissions: 31, identity: { scheme: 'world', id: 'anyone' } }];
export const LOCAL: Identity = { scheme: 'ip', id: '127.0.0.1' };
export const SUPER: Identity = { scheme: 'super', id: '' };

export const PASSWORD = new Uint8Array(16).fill(7);

export function acl(permissions: number, scheme: string, id: string): Acl {
  return [{ permissions, identity: { scheme, id } }];
}

export function bytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text));
}

export function create(path: string, more: Partial<Create> = {}): Create {
  return { kind: 'create', path, data: bytes(''), acl: OPEN, flags: 0, ...more };
}

export class Conversation {
  state: TreeState = znodeTree.empty();
  position = 0;
  timeMs = 1000;

  run(command: Command): Applied<CommandResult, Change> {
    this.position += 1;
    const at = { position: this.position, timeMs: this.timeMs };
    return znodeTree.apply(this.state, at, znodeTree.decodeCommand(znodeTree.encodeCommand(command)));
  }

  /** Creates a session that begins now. */
  open(session: bigint, timeoutMs = 4000): Holder {
    this.run({ kind: 'create-session', session, password: PASSWORD, timeoutMs });
    return { session, attachedAt: this.position };
  }

  write(
    holder: Holder,
    operations: readonly WriteOperation[],
    identities: readonly Identity[] = [LOCAL],
  ): Applied<CommandResult, Change> {
    return this.run({ kind: 'write', holder, number: this.next(holder), identities, operations });
  }

  close(holder: Holder): Applied<CommandResult, Change> {
    return this.run({ kind: 'close-session', holder, number: this.next(holder) });
  }

  /** The number of the next command of a connection that has lost none. */
  next({ session }: Holder): number {
    return (this.state.sessions.get(session)?.writes ?? 0) + 1;
  }

  /** What an operation by itself is refused with, or 0. */
  errorOf(holder: Holder, operation: WriteOperation, identities?: readonly Identity[]): number {
    const { result } = this.write(holder, [operation], identities);
    if (result.kind === 'written') return 0;
    return result.kind === 'refused' ? result.error : Number.NaN;
  }

  /** All of it, as bytes. */
  spelt(): string {
    return Buffer.concat([...znodeTree.encodeState(this.state)]).toString('hex');
  }
}
