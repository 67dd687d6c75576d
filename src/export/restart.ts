import type { RestartPolicy } from '../base/node-words.js';

type Mapped = { value: string; differs: string };

/** A restart policy in the words of each engine, with what is lost. */
export function restartOf({ policy, maxRestarts, windowMs, backoffMinMs, backoffMaxMs }: RestartPolicy): {
  compose: Mapped;
  systemd: { lines: string[]; differs: string };
} {
  const window = `${maxRestarts} times in ${windowMs / 1_000} s`;
  const backoff = `${backoffMinMs / 1_000} to ${backoffMaxMs / 1_000} s`;
  const compose: Readonly<Record<RestartPolicy['policy'], Mapped>> = {
    never: { value: 'no', differs: 'A node is never restarted, as in the profile.' },
    'on-crash': {
      // Docker reads on-failure:0 as without limit.
      value: maxRestarts === 0 ? 'no' : `on-failure:${maxRestarts}`,
      differs: `A node that crashes is restarted ${maxRestarts} times in a row, with the waits of the engine (profile: ${window}, waits of ${backoff}).`,
    },
    always: {
      value: 'always',
      differs: `A node that ends is restarted without limit, with the waits of the engine (profile: ${window}, waits of ${backoff}).`,
    },
  };
  const values = { never: 'no', 'on-crash': 'on-failure', always: 'always' } as const;
  return {
    compose: compose[policy],
    systemd: {
      lines: [`Restart=${values[policy]}`, `RestartSec=${Math.ceil(backoffMinMs / 1_000)}s`],
      differs:
        policy === 'never'
          ? 'A node is never restarted, as in the profile.'
          : `A node that crashes is restarted up to ${window}, always after ${Math.ceil(backoffMinMs / 1_000)} s (profile: waits of ${backoff}).`,
    },
  };
}
