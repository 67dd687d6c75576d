declare module 'fs-native-extensions' {
  /** @returns whether the exclusive lock on the whole file behind `fd` was granted. */
  export function tryLock(fd: number): boolean;
}
