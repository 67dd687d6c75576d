import { z } from 'zod';
import { asError } from '../base/errors.js';
import { parseLooseJson } from '../base/loose-json.js';
import type { InvokeOptions, RemotingClient, RemotingResponse } from './client.js';
import { ResponseCode, requestName, responseName } from './codes.js';

/** A node answered with an unexpected code. Branch on `code`. */
export class ResponseError extends Error {
  override readonly name = 'ResponseError';
  readonly address: string;
  readonly request: number;
  /** A ResponseCode. */
  readonly code: number;
  readonly remark: string | undefined;
  constructor(address: string, request: number, response: Pick<RemotingResponse, 'code' | 'remark'>) {
    const remark = response.remark ? `: ${response.remark}` : '';
    super(`${address} answered ${requestName(request)} with code ${response.code} ${responseName(response.code)}${remark}`);
    this.address = address;
    this.request = request;
    this.code = response.code;
    this.remark = response.remark;
  }
}

/** A node answered with an unexpected body. */
export class BodyError extends Error {
  override readonly name = 'BodyError';
  /** `message` names it. */
  readonly address: string;
  constructor(address: string, request: number, cause: Error, why = cause.message) {
    super(`${address} answered ${requestName(request)} with a body that cannot be read: ${why}`, { cause });
    this.address = address;
  }
}

/** As `RemotingClient.invoke`, but rejects with ResponseError if the code is not in `accepted` (default: only SUCCESS). */
export async function invokeExpecting(
  client: RemotingClient,
  address: string,
  request: number,
  options: InvokeOptions,
  accepted: readonly number[] = [ResponseCode.SUCCESS],
): Promise<RemotingResponse> {
  const response = await client.invoke(address, request, options);
  if (!accepted.includes(response.code)) throw new ResponseError(address, request, response);
  return response;
}

/** @returns the JSON body of a response, checked. @throws BodyError if it does not match `schema` */
export function jsonBody<S extends z.ZodType>(address: string, request: number, body: Buffer, schema: S): z.infer<S> {
  let json: unknown;
  try {
    json = parseLooseJson(body.toString());
  } catch (error) {
    throw new BodyError(address, request, asError(error));
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw new BodyError(address, request, parsed.error, z.prettifyError(parsed.error));
  return parsed.data;
}
