/** One run of a program, as a shell would wait for it. */

import { spawn } from 'node:child_process';
import { peakBytes } from './processes.mjs';

const LOOK_EVERY_MS = 20;

/**
 * @param {string[]} command
 * @param {{ signal: AbortSignal, env?: object, cwd?: string, watchesMemory?: boolean, codes?: number[] }} options `codes`: exit codes that are fine
 * @returns {Promise<{ ms: number, peak?: number, stdout: string }>} `peak`: the most memory that it had, looked at every 20 ms.
 */
export function runProgram([program, ...args], { signal, env = {}, cwd, watchesMemory = false, codes = [0] }) {
  return new Promise((resolve, reject) => {
    const since = performance.now();
    const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'], signal });
    const output = [];
    const errors = [];
    let peak = 0;
    let ms;
    child.stdout.on('data', (chunk) => output.push(chunk));
    child.stderr.on('data', (chunk) => errors.push(chunk));
    const look = watchesMemory && setInterval(() => (peak = Math.max(peak, peakBytes(child.pid) ?? 0)), LOOK_EVERY_MS);
    child.once('error', (error) => {
      clearInterval(look);
      reject(error);
    });
    child.once('exit', () => {
      ms = performance.now() - since;
      clearInterval(look);
    });
    child.once('close', (code, ended) => {
      if (codes.includes(code)) resolve({ ms, stdout: Buffer.concat(output).toString(), ...(peak > 0 && { peak }) });
      else
        reject(new Error(`${[program, ...args].join(' ')} ended with ${code ?? ended}: ${Buffer.concat(errors).toString().slice(-500)}`));
    });
  });
}

/** @returns {string[]} what pins a program to one core, before its own words; nothing where taskset is missing. */
export const pinned = (core = 0) => (process.platform === 'linux' ? ['taskset', '-c', String(core)] : []);
