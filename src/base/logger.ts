import { pino } from 'pino';

/** The few calls that our code makes of a logger; pino fulfils it. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** @returns a logger that appends JSON lines to `file`; each write is on disk when the call returns, so a crash loses none. */
export function fileLogger(file: string): Logger {
  return pino(
    { base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: file, append: true, mkdir: true, sync: true }),
  );
}

export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };
