// Goal: the tree and its snapshots agree with a model that is too simple to be wrong. Method: random commands to both; the same
// results, changes and states, with snapshots that are taken at one moment, read at a later one and gone on from.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toBytes } from '../../../src/encoding/byte-string.ts';
import { isPath } from '../../../src/protocols/zookeeper/tree/path.ts';
import {
  countDescendants,
  ephemeralsOf,
  exists,
  getAcl,
  getChildren,
  getData,
  lastChangesOf,
} from '../../../src/protocols/zookeeper/tree/read.ts';
import { sessionOf, sessionsOf } from '../../../src/protocols/zookeeper/tree/sessions.ts';
import type { TreeState } from '../../../src/protocols/zookeeper/tree/state.ts';
import { znodeTree } from '../../../src/protocols/zookeeper/tree/tree.ts';
import { LOCAL, SUPER } from './conversation.ts';
import { isValid, Model, permits } from './model.ts';
import { conversation } from './tree-commands.ts';

function spelt(state: TreeState): string {
  return Buffer.concat([...znodeTree.encodeState(state)]).toString('hex');
}

/** The data as numbers. */
function read(state: TreeState, path: string): unknown {
  const found = getData(state, [SUPER], path);
  if ('error' in found) return found;
  return { stat: found.stat, data: found.data === null ? null : [...toBytes(found.data)] };
}

/** All that can be read is what the model has. */
function expectSame(state: TreeState, model: Model): void {
  const paths = [...model.nodes.keys()];
  expect(state.nodeCount).toBe(paths.length);
  for (const [path, { data, acl, stat }] of model.nodes) {
    expect(read(state, path)).toEqual({ stat, data: data && [...data] });
    expect(exists(state, path)).toEqual({ stat });
    expect(lastChangesOf(state, path)).toMatchObject({ mzxid: stat.mzxid, pzxid: stat.pzxid });
    expect(getAcl(state, [SUPER], path)).toEqual({ acl, stat });
    const prefix = path === '/' ? '/' : `${path}/`;
    const below = paths.filter((one) => one !== path && one.startsWith(prefix));
    const children = below.map((one) => one.slice(prefix.length)).filter((name) => !name.includes('/'));
    expect(getChildren(state, [SUPER], path)).toEqual({ children: children.sort(), stat });
    expect(countDescendants(state, [SUPER], path)).toEqual({ count: below.length });
    const isReadable = permits(acl, 1, [LOCAL]);
    expect('error' in getData(state, [LOCAL], path)).toBe(!isReadable);
    expect('error' in getChildren(state, [LOCAL], path)).toBe(!isReadable);
    expect('error' in countDescendants(state, [LOCAL], path)).toBe(!isReadable);
    expect('error' in getAcl(state, [LOCAL], path)).toBe(!permits(acl, 17, [LOCAL]));
  }
  const ephemerals = [...model.nodes.values()].filter(({ owner }) => owner > 0n);
  expect(state.ephemeralCount).toBe(ephemerals.length);
  for (const [session, { password: _, writes: __, ...rest }] of model.sessions) {
    expect(ephemeralsOf(state, session, '/')).toEqual(model.ephemeralsOf(session));
    expect(sessionOf(state, session)).toEqual({ session, ...rest });
  }
  expect(new Set([...sessionsOf(state)].map(({ session }) => session))).toEqual(
    new Set(model.sessions.keys()),
  );
}

const NAME =
  'the tree does what the model does, also through a snapshot that is read later than it was taken';

test(NAME, { timeout: 240_000 }, () => {
  fc.assert(
    fc.property(conversation, fc.nat(40), fc.nat(40), (commands, takenAt, readAfter) => {
      const model = new Model();
      const whole = znodeTree.empty();
      let revived = znodeTree.empty();
      let frozen = znodeTree.encodeState(revived);
      let sinceFrozen: (() => void)[] = [];
      for (const [index, { say, timeMs }] of commands.entries()) {
        const command = say(model);
        const at = { position: index + 1, timeMs };
        const expected = model.run(at, command);
        expect(znodeTree.apply(whole, at, command)).toEqual(expected);
        expect(znodeTree.apply(revived, at, command)).toEqual(expected);
        sinceFrozen.push(() => void znodeTree.apply(revived, at, command));
        if (index === takenAt) {
          frozen = znodeTree.encodeState(revived);
          sinceFrozen = [];
        }
        if (index !== takenAt + readAfter) continue;
        revived = znodeTree.decodeState(frozen);
        for (const again of sinceFrozen) again();
      }
      expect(spelt(revived)).toBe(spelt(whole));
      expect(revived.bytes).toBe(whole.bytes);
      expectSame(whole, model);
      expectSame(revived, model);
    }),
    { numRuns: 500 },
  );
});

test('a path is one by the rules of each character', () => {
  const unit = fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom('/', '.', 'a') },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        ...[0x1f, 0x20, 0x7e, 0x7f, 0x9f, 0xa0, 0xd7ff, 0xd800, 0xf8ff, 0xf900, 0xffef, 0xfff0].map((code) =>
          String.fromCharCode(code),
        ),
      ),
    },
  );
  fc.assert(
    fc.property(fc.array(unit, { maxLength: 8 }), (units) => {
      for (const path of [units.join(''), `/${units.join('')}`]) expect(isPath(path)).toBe(isValid(path));
    }),
    { numRuns: 5000 },
  );
});
