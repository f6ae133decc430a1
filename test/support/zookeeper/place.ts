// Where the znodes of a sequence are on a server: `~` is a znode of its own. And `§1000` is data of so many
// bytes.

import type { Json, Message } from './replies.ts';
import type { Request } from './requests.ts';

const STAND_IN = '~';
const SO_MANY_BYTES = /^§(\d+)$/u;

/** The request as it is sent. @param zxidOf the zxid that a `set-watches` with this number is relative to */
export function placed(request: Request, root: string, zxidOf: (step: number) => number): Request {
  const inPlace = everywhere(request as unknown as Json, (text) => written(text, root));
  const sent = inPlace as unknown as Request;
  return sent.op === 'set-watches' ? { ...sent, relativeZxid: zxidOf(sent.relativeZxid) } : sent;
}

function written(text: string, root: string): string {
  const [, bytes] = SO_MANY_BYTES.exec(text) ?? [];
  return bytes === undefined ? text.replaceAll(STAND_IN, root) : 'x'.repeat(Number(bytes));
}

/** The message as it would be if the znode were called by its stand-in. */
export function displaced(message: Message, root: string): Message {
  const out = everywhere(message as unknown as Json, (text) => text.replaceAll(root, STAND_IN));
  return out as unknown as Message;
}

function everywhere(json: Json, change: (text: string) => string): Json {
  if (typeof json === 'string') return change(json);
  if (json === null || typeof json !== 'object') return json;
  if (Array.isArray(json)) return json.map((item: Json) => everywhere(item, change));
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, everywhere(value, change)]));
}

export function childrenOf(body: Json | undefined): string[] {
  if (body === null || typeof body !== 'object' || !('children' in body)) return [];
  return Array.isArray(body['children'])
    ? body['children'].filter((one: unknown) => typeof one === 'string')
    : [];
}
