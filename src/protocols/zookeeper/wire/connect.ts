// The first message of a connection, and its answer. They have no header.

import { JuteReader } from './reader.ts';
import type { JuteWriter } from './writer.ts';

export interface ConnectRequest {
  readonly protocolVersion: number;
  /** The greatest position that the client has seen, on any server. */
  readonly lastZxidSeen: number;
  readonly timeoutMs: number;
  /** 0n asks for a new session. */
  readonly session: bigint;
  readonly password: Uint8Array;
  /** Undefined: a client of before 3.4, which does not expect it in the answer, either. */
  readonly readOnly: boolean | undefined;
}

export interface ConnectResponse {
  readonly timeoutMs: number;
  readonly session: bigint;
  readonly password: Uint8Array;
  /** Whether the client knows of read-only servers. */
  readonly knowsReadOnly: boolean;
}

export const PASSWORD_BYTES = 16;

/** @throws MalformedError */
export function decodeConnect(frame: Buffer): ConnectRequest {
  const reader = new JuteReader(frame);
  const fields = {
    protocolVersion: reader.int(),
    lastZxidSeen: reader.number(),
    timeoutMs: reader.int(),
    session: reader.long(),
    password: reader.bytes() ?? new Uint8Array(0),
  };
  return { ...fields, readOnly: reader.remaining > 0 ? reader.flag() : undefined };
}

export function writeConnectResponse(writer: JuteWriter, response: ConnectResponse): void {
  const frame = writer.beginFrame();
  writer.int(0).int(response.timeoutMs).long(response.session).bytes(response.password);
  if (response.knowsReadOnly) writer.flag(false);
  writer.endFrame(frame);
}
