import { isSince, type ProcessRole } from './releases.js';

/**
 * A library that a node copies out of a jar at every start, unless it finds it by `java.library.path`. `fileOf` names it in the jar for a
 * `process.platform` and `process.arch`; undefined: the jar has none.
 */
export type NativeLibrary = {
  jar: RegExp;
  role: ProcessRole;
  /** First release that loads it at every start. */
  since: string;
  fileOf: (platform: string, arch: string) => string | undefined;
  reason: string;
  source: string;
};

const ROCKSDB_FILES: Readonly<Record<string, string>> = {
  'linux-x64': 'librocksdbjni-linux64.so',
  'linux-arm64': 'librocksdbjni-linux-aarch64.so',
  'darwin-x64': 'librocksdbjni-osx-x86_64.jnilib',
  'darwin-arm64': 'librocksdbjni-osx-arm64.jnilib',
};

export const NATIVE_LIBRARIES: readonly NativeLibrary[] = [
  {
    jar: /^rocketmq-rocksdb-[\d.]+\.jar$/,
    role: 'broker',
    since: '5.4.0',
    fileOf: (platform, arch) => ROCKSDB_FILES[`${platform}-${arch}`],
    reason: 'RocksDB is not copied out of its jar at every start (8 to 13 MB a broker)',
    source:
      'org/rocksdb/NativeLibraryLoader.java: System.loadLibrary comes first; store/.../rocksdb/MessageRocksDBStorage.java; measured on Linux',
  },
];

/** @returns the libraries that a node of `role` and `version` would copy at its start. */
export function nativeLibraries(version: string, role: string): readonly NativeLibrary[] {
  return NATIVE_LIBRARIES.filter((row) => row.role === role && isSince(version, row.since));
}
