import { pino } from 'pino';

/** The few logger methods that our code uses; pino has them. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** @returns a logger that appends JSON lines to `file`; each line is on disk when the call returns, so a crash loses none. */
export function fileLogger(file: string): Logger {
  const destination = pino.destination({ dest: file, append: true, mkdir: true, sync: true });
  // A full disk costs lines of the log, not the daemon.
  destination.on('error', () => {});
  return pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
}

export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };
