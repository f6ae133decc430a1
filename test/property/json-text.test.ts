// Goal: a part of JSON text is found as it stands there. Method: any JSON, printed in several ways.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { elementsOf, membersOf } from '../../src/json-text.ts';

const PRINTED = [0, 2, '\t'];

test('the elements of an array', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), fc.constantFrom(...PRINTED), (values, space) => {
      const sources = elementsOf(JSON.stringify(values, null, space));
      expect(sources.map((source) => JSON.stringify(JSON.parse(source)))).toEqual(
        values.map((value) => JSON.stringify(value)),
      );
    }),
  );
});

test('the members of an object', () => {
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.oneof(fc.string(), fc.constantFrom('"', '\\', ':', ',', '}', 'a": "b')),
        fc.jsonValue(),
      ),
      fc.constantFrom(...PRINTED),
      (members, space) => {
        const sources = membersOf(JSON.stringify(members, null, space));
        expect([...sources].map(([name, source]) => [name, JSON.stringify(JSON.parse(source))])).toEqual(
          Object.entries(members).map(([name, value]) => [name, JSON.stringify(value)]),
        );
      },
    ),
  );
});

test('numbers and white space stay as they are', () => {
  expect(elementsOf(' [ 1.0 ,12345678901234567890,\n{"a" : 1} ] ')).toEqual([
    '1.0',
    '12345678901234567890',
    '{"a" : 1}',
  ]);
  expect([...membersOf('{"\\u0061" : 1.00 , "b":[ ]}')]).toEqual([
    ['a', '1.00'],
    ['b', '[ ]'],
  ]);
  expect(elementsOf('[ ]')).toEqual([]);
  expect([...membersOf('{}')]).toEqual([]);
});
