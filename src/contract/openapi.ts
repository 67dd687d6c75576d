import { z } from 'zod';
import { ROUTES } from './routes.js';

/** @returns the contract as an OpenAPI 3.1 document, for `curl --unix-socket` and other clients. */
export function openApiDocument(): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const [name, spec] of Object.entries(ROUTES)) {
    const path = spec.path.replace(/:(\w+)/g, '{$1}');
    const params = z.toJSONSchema(spec.params, { io: 'input' }) as { properties?: Record<string, object>; required?: string[] };
    const inPath = [...spec.path.matchAll(/:(\w+)/g)].map(([, key]) => key as string);
    const rest = Object.entries(params.properties ?? {}).filter(([key]) => !inPath.includes(key));
    const isRequired = (key: string) => params.required?.includes(key) ?? false;
    const operation = {
      operationId: name,
      parameters: [
        ...inPath.map((key) => ({ name: key, in: 'path', required: true, schema: { type: 'string' } })),
        ...(spec.method === 'GET' ? rest.map(([key, schema]) => ({ name: key, in: 'query', required: isRequired(key), schema })) : []),
      ],
      ...(spec.method === 'GET'
        ? {}
        : { requestBody: { required: true, content: { 'application/json': { schema: bodySchema(rest, isRequired) } } } }),
      responses: {
        200: answer(spec),
        default: { description: 'an error in three parts', content: { 'application/json': { schema: ERROR } } },
      },
    };
    paths[path] = { ...paths[path], [spec.method.toLowerCase()]: operation };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'rmqdev daemon', version: '1', description: 'HTTP/JSON over the Unix socket daemon.sock in RMQDEV_HOME.' },
    paths,
  };
}

const ERROR = {
  type: 'object',
  properties: {
    error: {
      type: 'object',
      properties: Object.fromEntries(['code', 'what', 'why', 'next'].map((key) => [key, { type: 'string' }])),
      required: ['code', 'what', 'why', 'next'],
    },
  },
  required: ['error'],
};

function bodySchema(rest: [string, object][], isRequired: (key: string) => boolean): object {
  return {
    type: 'object',
    properties: Object.fromEntries(rest),
    required: rest.map(([key]) => key).filter(isRequired),
    additionalProperties: false,
  };
}

function answer(spec: (typeof ROUTES)[keyof typeof ROUTES]): object {
  const result = z.toJSONSchema(spec.result, { io: 'output' });
  if (spec.kind === 'call') return { description: 'the result', content: { 'application/json': { schema: result } } };
  const item = z.toJSONSchema(spec.item, { io: 'output' });
  return {
    description: 'lines of JSON: {"item": …} any number of times, then {"result": …} or {"error": …}',
    content: {
      'application/x-ndjson': {
        schema: { oneOf: [{ type: 'object', properties: { item } }, { type: 'object', properties: { result } }, ERROR] },
      },
    },
  };
}
