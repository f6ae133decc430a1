// The schemas that validate requests, as JSON Schema for the OpenAPI document: of the kinds that `schemas.ts`
// is made of. Zod's own converter knows all kinds, which takes much more of a function's bundle.

import * as z from 'zod/mini';
import { assert } from '../../assert.ts';

type Json = Readonly<Record<string, unknown>>;

/** The schema of a value: of a parameter, the value that its text stands for, such as a number. */
export function jsonSchema(schema: z.core.$ZodType): Json {
  return { ...shapeOf(schema), ...z.globalRegistry.get(schema) };
}

function shapeOf(schema: z.core.$ZodType): Json {
  if (schema instanceof z.ZodMiniOptional) return jsonSchema(schema.def.innerType);
  if (schema instanceof z.ZodMiniNullable)
    return { anyOf: [jsonSchema(schema.def.innerType), { type: 'null' }] };
  if (schema instanceof z.ZodMiniDefault) {
    return { ...jsonSchema(schema.def.innerType), default: schema.def.defaultValue };
  }
  if (schema instanceof z.ZodMiniPipe) return jsonSchema(schema.def.out);
  if (schema instanceof z.ZodMiniString) return textShape(schema);
  if (schema instanceof z.ZodMiniNumber) return integerShape(schema);
  if (schema instanceof z.ZodMiniObject) return objectShape(schema);
  if (schema instanceof z.ZodMiniArray) return { type: 'array', items: jsonSchema(schema.def.element) };
  if (schema instanceof z.ZodMiniEnum) return { type: 'string', enum: Object.values(schema.def.entries) };
  if (schema instanceof z.ZodMiniUnion) return { anyOf: schema.def.options.map(jsonSchema) };
  if (schema instanceof z.ZodMiniUnknown) return {};
  if (schema instanceof z.ZodMiniBoolean) return { type: 'boolean' };
  const { type } = schema._zod.def;
  assert(schema instanceof z.ZodMiniLiteral, `a schema of the kind ${type} has no JSON Schema here`);
  return { type: 'string', const: schema.def.values[0] };
}

function textShape({ def }: z.ZodMiniString): Json {
  return { type: 'string', ...boundsIn(def.checks) };
}

function integerShape({ _zod: { def } }: z.ZodMiniNumber): Json {
  assert('format' in def && def.format === 'safeint', 'numbers are integers here');
  const { MIN_SAFE_INTEGER: minimum, MAX_SAFE_INTEGER: maximum } = Number;
  return { type: 'integer', minimum, maximum, ...boundsIn(def.checks) };
}

function boundsIn(checks: readonly z.core.$ZodCheck<never>[] = []): Json {
  return Object.assign({}, ...checks.map((check) => boundOf(check as z.core.$ZodChecks)));
}

function boundOf({ _zod: { def } }: z.core.$ZodChecks): Json {
  if (def.check === 'min_length') return { minLength: def.minimum };
  if (def.check === 'max_length') return { maxLength: def.maximum };
  if (def.check === 'greater_than' && def.inclusive) return { minimum: def.value };
  if (def.check === 'less_than' && def.inclusive) return { maximum: def.value };
  return def.check === 'string_format' && def.pattern ? { pattern: def.pattern.source } : {};
}

function objectShape({ shape, def }: z.ZodMiniObject): Json {
  const members = Object.entries(shape);
  const required = members.filter(([, { _zod }]) => _zod.optin === undefined).map(([name]) => name);
  return {
    type: 'object',
    properties: Object.fromEntries(members.map(([name, member]) => [name, jsonSchema(member)])),
    ...(required.length > 0 ? { required } : {}),
    ...(def.catchall ? { additionalProperties: def.catchall instanceof z.ZodMiniNever ? false : {} } : {}),
  };
}
