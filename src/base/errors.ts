/**
 * Each failure that a user can see, with its exit code.
 * Codes are API: they are never reused for something else; texts may change.
 * 0 done, 1 findings, 2 usage, 3 to 69 the errors below, 70 internal, 124 time-out, 130 interrupted.
 */
export const EXIT_CODES = {
  FINDINGS: 1,
  USAGE: 2,
  PORT_IN_USE: 3,
  DAEMON_UNREACHABLE: 4,
  NODE_GAVE_UP: 5,
  DAEMON_VERSION_MISMATCH: 6,
  SOCKET_PATH_TOO_LONG: 7,
  HOME_NOT_WRITABLE: 8,
  PROFILE_NOT_FOUND: 9,
  PROFILE_INVALID: 10,
  RELEASE_UNKNOWN: 11,
  RELEASE_INVALID: 12,
  INSTALL_FAILED: 13,
  CHECKSUM_MISMATCH: 14,
  JAVA_NOT_FOUND: 15,
  JAVA_UNSUITABLE: 16,
  NOT_ENOUGH_MEMORY: 17,
  NOT_ENOUGH_DISK: 18,
  CLUSTER_NOT_FOUND: 19,
  CLUSTER_AMBIGUOUS: 20,
  SELECTOR_UNKNOWN: 22,
  NO_ROLE_HOLDER: 23,
  NAME_INVALID: 24,
  NODE_FAILED: 25,
  STOP_INCOMPLETE: 26,
  CLUSTER_BUSY: 27,
  STATE_UNREADABLE: 28,
  STORE_IN_USE: 29,
  STORE_INCOMPATIBLE: 30,
  UNSUPPORTED: 31,
  FILE_UNREADABLE: 32,
  DISK_FULL: 33,
  INVALID_REQUEST: 34,
  READER_TOO_SLOW: 36,
  NODE_NOT_RUNNING: 37,
  STORE_DAMAGED: 38,
  PORT_FORBIDDEN: 39,
  FILE_NOT_WRITTEN: 40,
  HOST_UNKNOWN: 41,
  HOST_NOT_HERE: 42,
  NODE_ELSEWHERE: 43,
  PATTERN_TOO_COSTLY: 45,
  NAME_TAKEN: 46,
  DASHBOARD_NOT_FOUND: 47,
  DASHBOARD_INVALID: 48,
  TOPIC_NOT_FOUND: 50,
  GROUP_NOT_FOUND: 51,
  NAMESRV_UNREACHABLE: 52,
  NOT_WRITABLE: 53,
  SEND_FAILED: 54,
  SEND_NOT_CONFIRMED: 55,
  READ_FAILED: 56,
  GROUP_IN_USE: 57,
  CLASS_NOT_FOUND: 58,
  NOT_IMPORTABLE: 62,
  NOT_EXPORTABLE: 63,
  ACCESS_DENIED: 64,
  TLS_REQUIRED: 65,
  TLS_NOT_SPOKEN: 66,
  CERTIFICATE_UNTRUSTED: 67,
  TLS_REFUSED: 68,
  INVALID_TRANSITION: 70,
  INTERNAL: 70,
  TIMEOUT: 124,
  INTERRUPTED: 130,
} as const;

export type ErrorCode = keyof typeof EXIT_CODES;

/** A message in three parts: what happened, why, what to do next; with real names, numbers and paths. */
export type ErrorText = { what: string; why: string; next: string };

/** A failure as it is sent over the socket and as `--json` prints it. */
export type ErrorPayload = ErrorText & { code: ErrorCode };

export class RmqdevError extends Error {
  override readonly name = 'RmqdevError';
  readonly code: ErrorCode;
  readonly text: ErrorText;
  constructor(code: ErrorCode, text: ErrorText, options?: ErrorOptions) {
    super(`${text.what}: ${text.why}. ${text.next}`, options);
    this.code = code;
    this.text = text;
  }

  get exitCode(): number {
    return EXIT_CODES[this.code];
  }

  toPayload(): ErrorPayload {
    return { code: this.code, ...this.text };
  }

  static fromPayload(payload: ErrorPayload): RmqdevError {
    const { code, what, why, next } = payload;
    return new RmqdevError(code in EXIT_CODES ? code : 'INTERNAL', { what, why, next });
  }
}

/** @returns `error` as an Error, whatever was thrown. */
export function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** @returns the `code` of a Node.js system error such as ENOENT, else undefined. */
export function systemCode(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** @returns `error` itself if it is a RmqdevError, else an INTERNAL one with `error` as its cause. */
export function toRmqdevError(error: unknown): RmqdevError {
  if (error instanceof RmqdevError) return error;
  const cause = asError(error);
  return new RmqdevError(
    'INTERNAL',
    {
      what: 'rmqdev failed with an unexpected error',
      why: cause.message,
      next: 'Run the command again with --verbose, and report its output with the last lines of daemon.log',
    },
    { cause },
  );
}
