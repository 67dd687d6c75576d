/** The body of a numbered message: the number, then text that follows from it, so that a damaged body is seen. */

const HEAD_BYTES = 10;

export function bodyOf(number, bytes) {
  const head = String(number).padStart(HEAD_BYTES, '0');
  return Buffer.from(head.repeat(Math.ceil(bytes / HEAD_BYTES)).slice(0, bytes));
}

/** @returns the number of a body, or undefined where it is not as `bodyOf` made it. */
export function numberOf(body) {
  const number = Number(body.toString('latin1', 0, HEAD_BYTES));
  return Number.isInteger(number) && bodyOf(number, body.length).equals(body) ? number : undefined;
}
