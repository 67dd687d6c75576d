import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCode } from '../base/errors.js';
import type { DiskUsage } from './platform.js';

/** The file system of `path`. If the path does not exist, its nearest existing parent counts. */
export async function diskUsage(path: string): Promise<DiskUsage> {
  try {
    const { bsize, blocks, bfree, bavail } = await statfs(path);
    const used = blocks - bfree;
    return { totalBytes: blocks * bsize, usableBytes: bavail * bsize, usedRatio: used === 0 ? 0 : used / (used + bavail) };
  } catch (error) {
    if (systemCode(error) !== 'ENOENT' || dirname(path) === path) throw error;
    return diskUsage(dirname(path));
  }
}
