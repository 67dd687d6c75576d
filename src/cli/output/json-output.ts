import type { RmqdevError } from '../../base/errors.js';
import type { Output } from './output.js';
import { drained } from './stdout.js';
import { trafficJson } from './traffic-json.js';

/**
 * One object, or one object per line for streams; errors are an object on stderr. The fields are those of the contract.
 * Notices are in `notices` of the object, or lines of their own in a stream.
 */
export function jsonOutput(stdout: NodeJS.WritableStream, stderr: NodeJS.WritableStream, options: { showsProgress: boolean }): Output {
  let notices: string[] = [];
  let isStream = options.showsProgress;
  const print = (value: unknown) => void stdout.write(`${JSON.stringify(value)}\n`);
  const flush = () => {
    for (const message of notices.splice(0)) print({ event: 'notice', message });
  };
  const notice = (message: string) => {
    notices.push(message);
    if (isStream) flush();
  };
  const beginStream = () => {
    isStream = true;
    flush();
  };
  const line = (value: object) => {
    beginStream();
    print(value);
  };
  const answer = (value: object) => {
    const own: unknown = 'notices' in value ? value.notices : undefined;
    print({ ...value, notices: [...new Set([...(Array.isArray(own) ? own : []), ...notices])] });
    notices = [];
  };
  return {
    ...trafficJson(stdout, { beginStream, line, answer }),
    progress: (item) => {
      if (options.showsProgress) print(item);
      else if (item.event === 'notice') notice(item.message);
    },
    endProgress: () => {},
    upDone: (result) => answer(result),
    detached: () => {},
    // The notices of a plan also come as its progress.
    plan: (plan) => {
      notices = [];
      answer(plan);
    },
    watch: line,
    watchFailed: (error) => line({ event: 'failed', error: error.toPayload() }),
    status: answer,
    statusAgain: answer,
    changed: (_verb, status) => answer(status),
    down: answer,
    kill: line,
    killed: () => {},
    event: line,
    log: line,
    written: (signal) => drained(stdout, signal),
    explanations: (explanations) => {
      const [first, ...others] = explanations;
      if (first) answer(first);
      others.forEach(answer);
    },
    clusters: answer,
    leftovers: answer,
    profiles: answer,
    profile: answer,
    versions: answer,
    installed: answer,
    doctor: ({ checks }) =>
      answer({
        checks: checks.map(({ id, section, status, summary }) => ({ id, section, status, summary })),
        findings: checks.flatMap(({ id, findings }) => findings.map((finding) => ({ ...finding, check: id }))),
      }),
    ports: answer,
    lint: answer,
    imported: answer,
    exported: ({ target, profile, folder, exported: { files } }) =>
      answer({ target, profile, folder, files: Object.fromEntries(files.map(({ path, text }) => [path, text])) }),
    report: answer,
    daemon: (daemon) => (daemon === null ? print(null) : answer(daemon)),
    // Its form is not ours: notices go to stderr.
    raw: (text) => {
      stdout.write(text);
      if (notices.length > 0) stderr.write(`${JSON.stringify({ notices: notices.splice(0) })}\n`);
    },
    notice,
    end: flush,
    error: (error: RmqdevError, isVerbose) => {
      const stack = isVerbose ? { stack: error.stack } : {};
      const said = notices.length > 0 ? { notices: notices.splice(0) } : {};
      stderr.write(`${JSON.stringify({ error: { ...error.toPayload(), ...stack }, ...said })}\n`);
    },
  };
}
