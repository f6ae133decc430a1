// PostgreSQL: a row a claim, a row an append, and a look-up by primary key, each by a prepared statement
// (protocol 3.0, extended query).

import { RECORD_TEXT, type Wire } from './wire.ts';

const PROTOCOL = 196_608;
const STATEMENT = 'measured';
const READY = 'Z'.charCodeAt(0);
const FAILED = 'E'.charCodeAt(0);
/** A byte for the type, four for the length of what follows, themselves included. */
const HEAD_BYTES = 5;

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function text(value: string): Buffer {
  return Buffer.from(`${value}\0`);
}

function message(type: string, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from(type), int32(4 + content.length), content]);
}

/** The one message without a type. The server trusts all connections from this machine. */
function startup(): Buffer {
  const settings = ['user', 'postgres', 'database', 'postgres'].map(text);
  const content = Buffer.concat([int32(PROTOCOL), ...settings, text('')]);
  return Buffer.concat([int32(4 + content.length), content]);
}

const SYNC = message('S');

function prepared(sql: string): Buffer {
  return Buffer.concat([message('P', text(STATEMENT), text(sql), int16(0)), SYNC]);
}

function executed(...values: readonly string[]): Buffer {
  const parameters = values.map((value) =>
    Buffer.concat([int32(Buffer.byteLength(value)), Buffer.from(value)]),
  );
  const asText = int16(0);
  const bind = [text(''), text(STATEMENT), asText, int16(values.length), ...parameters, asText];
  return Buffer.concat([message('B', ...bind), message('E', text(''), int32(0)), SYNC]);
}

/** An answer is everything up to the word that the server is ready for the next query. */
function answerLength(received: Buffer): number {
  let at = 0;
  while (received.length >= at + HEAD_BYTES) {
    const end = at + 1 + received.readInt32BE(at + 1);
    if (received.length < end) return 0;
    if (received[at] === FAILED) throw new Error(received.toString('latin1', at + HEAD_BYTES, end));
    if (received[at] === READY) return end;
    at = end;
  }
  return 0;
}

interface Measured {
  /** What must be there before the statement can be prepared. */
  readonly schema: string;
  readonly statement: string;
}

function postgresWire({ schema, statement }: Measured, request: Wire['request']): Wire {
  const before = [startup(), message('Q', text(schema)), prepared(statement)];
  return { prepare: () => before, request, answers: 1, answerLength };
}

const CLAIMS = 'CREATE TABLE IF NOT EXISTS claims (name text PRIMARY KEY, owner text NOT NULL)';

/** Every claim is of a name of its own. */
export function postgresClaim(): Wire {
  const run = Date.now().toString(36);
  const statement = 'INSERT INTO claims (name, owner) VALUES ($1, $2) ON CONFLICT DO NOTHING';
  return postgresWire({ schema: CLAIMS, statement }, (client, index) =>
    executed(`${run}-${client}-${index}`, RECORD_TEXT),
  );
}

/** The number comes from a sequence: a rollback leaves a gap, and readers may see a greater one first. */
export function postgresAppend(): Wire {
  const identity = 'position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY';
  const schema = `CREATE TABLE IF NOT EXISTS records (${identity}, record text NOT NULL)`;
  const request = executed(RECORD_TEXT);
  const statement = 'INSERT INTO records (record) VALUES ($1) RETURNING position';
  return postgresWire({ schema, statement }, () => request);
}

export function postgresLookUp(): Wire {
  const row = `INSERT INTO claims VALUES ('looked-up', '${RECORD_TEXT}') ON CONFLICT DO NOTHING`;
  const request = executed('looked-up');
  const statement = 'SELECT owner FROM claims WHERE name = $1';
  return postgresWire({ schema: `${CLAIMS}; ${row}`, statement }, () => request);
}
