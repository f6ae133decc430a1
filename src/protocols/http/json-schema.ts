// The schemas that validate requests, as JSON Schema for the OpenAPI document: of the kinds that `schemas.ts`
// is made of. Zod's own converter knows all kinds, which takes 4 KB more of a function's bundle.

import * as z from 'zod';
import { assert } from '../../assert.ts';

type Json = Readonly<Record<string, unknown>>;

/** What the text of a parameter stands for, like a number; a body is what it is. */
export function jsonSchema(schema: z.ZodType): Json {
  return { ...shapeOf(schema), ...schema.meta() };
}

function shapeOf(schema: z.ZodType): Json {
  if (schema instanceof z.ZodOptional) return jsonSchema(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodDefault) {
    return { ...jsonSchema(schema.unwrap() as z.ZodType), default: schema.def.defaultValue };
  }
  if (schema instanceof z.ZodPipe) return jsonSchema(schema.def.out as z.ZodType);
  if (schema instanceof z.ZodString) return textShape(schema);
  if (schema instanceof z.ZodNumber) return integerShape(schema);
  if (schema instanceof z.ZodObject) return objectShape(schema);
  if (schema instanceof z.ZodArray) return { type: 'array', items: jsonSchema(schema.element as z.ZodType) };
  if (schema instanceof z.ZodEnum) return { type: 'string', enum: schema.options };
  if (schema instanceof z.ZodBoolean) return { type: 'boolean' };
  assert(schema instanceof z.ZodLiteral, `a schema of the kind ${schema.type} has no JSON Schema here`);
  return { type: 'string', const: schema.value };
}

function textShape(schema: z.ZodString): Json {
  const { minLength, maxLength } = schema;
  const pattern = schema.def.checks?.map((check) => check._zod.def as object).find(isPattern)?.pattern;
  return {
    type: 'string',
    ...(minLength === null ? {} : { minLength }),
    ...(maxLength === null ? {} : { maxLength }),
    ...(pattern ? { pattern: pattern.source } : {}),
  };
}

function isPattern(check: object): check is { readonly pattern: RegExp } {
  return 'pattern' in check && check.pattern instanceof RegExp;
}

function integerShape({ minValue, maxValue, format }: z.ZodNumber): Json {
  assert(format === 'safeint', 'numbers are integers here');
  return { type: 'integer', minimum: minValue, maximum: maxValue };
}

function objectShape({ shape, def }: z.ZodObject): Json {
  const members = Object.entries(shape) as [string, z.ZodType][];
  const required = members.filter(([, member]) => !member.isOptional()).map(([name]) => name);
  return {
    type: 'object',
    properties: Object.fromEntries(members.map(([name, member]) => [name, jsonSchema(member)])),
    ...(required.length > 0 ? { required } : {}),
    ...(def.catchall ? { additionalProperties: false } : {}),
  };
}
