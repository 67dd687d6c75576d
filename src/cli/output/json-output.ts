import type { RmqdevError } from '../../base/errors.js';
import type { ClusterStatus } from '../../contract/status.js';
import { drained } from './drained.js';
import type { Output } from './output.js';
import { trafficJson } from './traffic-json.js';

/** One object, or one object a line for streams; errors as an object on stderr. The fields are those of the contract. */
export function jsonOutput(stdout: NodeJS.WritableStream, stderr: NodeJS.WritableStream, options: { showsProgress: boolean }): Output {
  const print = (value: unknown) => void stdout.write(`${JSON.stringify(value)}\n`);
  const status = (value: ClusterStatus) => print(value);
  return {
    ...trafficJson(print),
    progress: (item) => {
      if (options.showsProgress) print(item);
    },
    endProgress: () => {},
    upDone: print,
    detached: () => {},
    plan: print,
    status,
    statusAgain: status,
    changed: (_verb, value) => print(value),
    down: print,
    kill: print,
    event: print,
    log: print,
    written: (signal) => drained(stdout, signal),
    explanations: (explanations) => explanations.forEach(print),
    clusters: print,
    leftovers: print,
    profiles: print,
    profile: print,
    versions: print,
    installed: print,
    doctor: ({ checks }) =>
      print({
        checks: checks.map(({ id, section, status, summary }) => ({ id, section, status, summary })),
        findings: checks.flatMap(({ id, findings }) => findings.map((finding) => ({ ...finding, check: id }))),
      }),
    lint: print,
    imported: print,
    report: print,
    daemon: (daemon) => print(daemon),
    raw: (text) => void stdout.write(text),
    notice: () => {},
    error: (error: RmqdevError, isVerbose) => {
      const stack = isVerbose ? { stack: error.stack } : {};
      stderr.write(`${JSON.stringify({ error: { ...error.toPayload(), ...stack } })}\n`);
    },
  };
}
