export type ReleaseSource = 'directory' | 'zip' | 'rocketmq-home' | 'installed' | 'apache' | 'maven';

/** What `resolveRelease` reports while it works. */
export type InstallProgress =
  | { kind: 'notice'; message: string }
  /** Another install of the same release is running; this one waits for it. */
  | { kind: 'waiting'; message: string }
  | { kind: 'download'; receivedBytes: number; totalBytes: number | undefined; url: string }
  | { kind: 'maven'; message: string }
  /** `files` written so far. */
  | { kind: 'unpack'; files: number }
  | { kind: 'done'; home: string; version: string; source: ReleaseSource };

export type Report = (progress: InstallProgress) => void;
