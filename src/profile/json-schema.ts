import { z } from 'zod';
import { ProfileFile } from './profile-schema.js';

type Schema = z.core.JSONSchema.BaseSchema;

/** @returns the text of profiles/profile.schema.json: what editors check and explain while a profile is written. Draft 7, which they all read. */
export function profileJsonSchema(): string {
  const schema = z.toJSONSchema(ProfileFile, { io: 'input', target: 'draft-7' });
  const titled = { ...withNulls(schema), title: 'rmqdev profile', description: 'A local RocketMQ cluster for rmqdev' };
  return `${JSON.stringify(titled, null, 2)}\n`;
}

/** Null removes an inherited value, so every value of a map may be null; the zod schema sees maps without their nulls. */
function withNulls(schema: Schema): Schema {
  const { properties, additionalProperties, anyOf } = schema;
  return {
    ...schema,
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([key, part]) => [key, typeof part === 'object' ? orNull(part) : part]),
      ),
    }),
    ...(typeof additionalProperties === 'object' && { additionalProperties: orNull(additionalProperties) }),
    ...(anyOf && { anyOf: anyOf.map((part) => (typeof part === 'object' ? withNulls(part) : part)) }),
  };
}

function orNull(schema: Schema): Schema {
  const { description, ...rest } = withNulls(schema);
  return { ...(description !== undefined && { description }), anyOf: [...(rest.anyOf ?? [rest]), { type: 'null' }] };
}
