import { expect, test } from 'vitest';
import { allCommands } from '../../../src/cli/commands.js';
import { createParser } from '../../../src/cli/parser.js';
import type { RunOf } from '../../../src/cli/session.js';
import { profileNames, SHIPPED_PROFILES } from '../../../src/profile/find-profile.js';
import { loadProfile } from '../../../src/profile/load-profile.js';
import { checkProperty } from '../../../src/rocketmq/keys.js';
import { isReleaseRole } from '../../../src/rocketmq/releases.js';
import { type Advice, adviceOfSymptoms, adviceOfTexts } from '../../support/fix-texts.js';

/** What a text advises must be taken by our own parsers: nobody should be told to type what is then refused. */
const NO_RUN: RunOf = () => ({ withDaemon: async () => {}, withOutput: async () => {}, exit: () => {} });
const ALL = await allCommands();
const FOLDERS = { cwd: '/nowhere', userProfiles: '/nowhere/profiles', shippedProfiles: SHIPPED_PROFILES };
/** Each role is in one of them. */
const PROFILES = ['2m2s', 'controller', 'proxy'];
const SHIPPED: readonly string[] = (await profileNames(FOLDERS)).flatMap(({ name }) => name);

test.each([
  ['the table of symptoms', adviceOfSymptoms(), 30],
  ['sources and documents', adviceOfTexts(), 80],
])('each command line in %s is one', async (_, advices, atLeast) => {
  const unique = new Map(
    advices.map((advice) => [`${advice.command} ${advice.command.includes('.properties.') ? advice.rocketmq : ''}`, advice]),
  );
  expect(unique.size).toBeGreaterThan(atLeast);
  const refused: string[] = [];
  for (const advice of unique.values()) {
    const why = await whyRefused(advice);
    if (why !== undefined) refused.push(`${advice.where}: ${advice.command}: ${why}`);
  }
  expect(refused).toEqual([]);
});

async function whyRefused({ command, rocketmq }: Advice): Promise<string | undefined> {
  const [, ...args] = wordsOf(command);
  try {
    const argv = (await createParser(args, ALL, NO_RUN, '0.0.0').exitProcess(false).parseAsync()) as {
      profile?: string;
      set?: string[];
      heap?: string[];
    };
    const profiles = args[0] === 'up' && argv.profile !== undefined && SHIPPED.includes(argv.profile) ? [argv.profile] : PROFILES;
    return await whyOverridesRefused(profiles, { set: argv.set ?? [], heap: argv.heap ?? [] }, rocketmq);
  } catch (error) {
    const { message } = error as Error;
    const isOnlyNamed = args.length <= 2 && /^Not enough non-option arguments|^Missing required/.test(message);
    return isOnlyNamed ? undefined : message;
  }
}

async function whyOverridesRefused(
  profiles: readonly string[],
  overrides: { set: string[]; heap: string[] },
  rocketmq: string,
): Promise<string | undefined> {
  if (overrides.set.length + overrides.heap.length === 0) return undefined;
  let why: string | undefined;
  for (const profile of profiles) {
    try {
      const { profile: loaded } = await loadProfile(profile, { ...FOLDERS, overrides });
      const issues = loaded.nodes.flatMap(({ role, properties }) =>
        Object.entries(properties).flatMap(
          ([key, value]) => (isReleaseRole(role) ? checkProperty(rocketmq, role, key, value) : undefined) ?? [],
        ),
      );
      return issues[0]?.message;
    } catch (error) {
      why ??= (error as Error).message;
    }
  }
  return why;
}

/** As a shell splits them, which is all that these texts need. */
function wordsOf(command: string): string[] {
  return [...command.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) => word.replace(/['"]/g, ''));
}
