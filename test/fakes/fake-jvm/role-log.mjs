import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * RocketMQ's own logs, in its pattern and place: second resolution, always GMT+8.
 * @param {string} userHome
 * @returns {(file: 'namesrv' | 'broker' | 'store' | 'proxy', text: string, options?: { level?: string, thread?: string }) => void}
 */
export function roleLog(userHome) {
  const folder = join(userHome, 'logs', 'rocketmqlogs');
  mkdirSync(folder, { recursive: true });
  return (file, text, { level = 'INFO', thread = 'main' } = {}) => {
    const time = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
    appendFileSync(join(folder, `${file}.log`), `${time} ${level} ${thread} - ${text}\n`);
  };
}
