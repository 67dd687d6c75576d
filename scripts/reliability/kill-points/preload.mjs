// Loaded into a daemon (NODE_OPTIONS=--import): kills its process right before or after the Nth call of one kind, so that a death between
// two steps is met exactly, without any hook in the product. Does nothing in other programs that inherit the option.
import childProcess from 'node:child_process';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/** What is counted as one kind of step. */
const CALLS = {
  spawn: [[childProcess, ['spawn', 'spawnSync']]],
  rename: [
    [fs, ['rename', 'renameSync']],
    [fs.promises, ['rename']],
  ],
  append: [[fs, ['appendFileSync', 'appendFile']]],
  fsync: [[fs, ['fsync', 'fsyncSync']]],
  write: [
    [fs, ['write', 'writeSync', 'writeFile', 'writeFileSync']],
    [fs.promises, ['writeFile']],
  ],
  kill: [[process, ['kill']]],
};

if (process.env.RMQDEV_KILL_AT && process.argv[1]?.endsWith('bin/daemon.cjs')) {
  const { op, n, when, armed } = JSON.parse(process.env.RMQDEV_KILL_AT);
  const killSelf = process.kill.bind(process, process.pid, 'SIGKILL');
  let isArmed = armed;
  let count = 0;
  // The round tells when its operation begins; what the daemon does at its start does not count before.
  if (!armed) process.on('SIGUSR2', () => (isArmed = true));
  for (const [owner, names] of CALLS[op]) {
    for (const name of names) {
      const original = owner[name];
      owner[name] = function wrapped(...args) {
        // kill(pid, 0) only asks.
        const counts = isArmed && !(op === 'kill' && args[1] === 0);
        if (counts) count += 1;
        const isIt = counts && count === n;
        if (isIt && when === 'before') killSelf();
        const result = original.apply(this, args);
        if (isIt && when === 'after') {
          if (typeof result?.then === 'function') return result.finally(killSelf);
          killSelf();
        }
        return result;
      };
    }
  }
  syncBuiltinESMExports();
}
