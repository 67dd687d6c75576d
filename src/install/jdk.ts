import { realpath } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type Clock, systemClock } from '../base/clock.js';
import { RmqdevError } from '../base/errors.js';
import { type JdkSuitability, jdkSuitability } from '../rocketmq/jvm-flags.js';
import { DEFAULT_RELEASE } from '../rocketmq/releases.js';
import { expandPlace, homeOnPath, type JdkCandidate, type JdkSource, macJavaHomes, usualPlaces } from './jdk-places.js';
import { type JdkIdentity, type JdkReading, readJdk } from './jdk-version.js';

/** A JDK, or a JRE: only bin/java is needed. */
export type Jdk = JdkIdentity & { source: JdkSource };

export type JdkRequest = {
  /** A major version (`17`), or the path of a JDK's home or of its java; undefined: any suitable one. */
  wanted: string | undefined;
  /** The caller's environment: JAVA_HOME and PATH count. */
  env: NodeJS.ProcessEnv;
  /** The user's home. */
  home: string;
  /** RocketMQ's version, which a JDK that nobody asked for must be able to run. Default: the newest supported. */
  release?: string;
  /** What it must run instead of a release: its name, and the first Java that can. */
  program?: { title: string; java: number };
};

/** What differs on another machine. */
export type JdkWorld = { clock: Clock; platform: NodeJS.Platform; places: readonly string[]; timeoutMs: number };

const THIS_MACHINE: JdkWorld = { clock: systemClock, platform: process.platform, places: usualPlaces(process.platform), timeoutMs: 10_000 };

/**
 * Finds the JDK to run RocketMQ with. A path is used as given; a major version is searched in JAVA_HOME, PATH and the usual places.
 * Without a wish: JAVA_HOME, else PATH, else the newest LTS in the usual places; the first that can run `release`.
 * @throws RmqdevError JAVA_NOT_FOUND with the places searched and what was found there; JAVA_UNSUITABLE if none can run `release`.
 */
export async function findJdk(request: JdkRequest, world: JdkWorld = THIS_MACHINE): Promise<Jdk> {
  const { wanted } = request;
  const program = programOf(request);
  const major = wanted === undefined ? undefined : /^(?:1\.)?(\d{1,3})$/.exec(wanted.trim())?.[1];
  if (wanted !== undefined && major === undefined) return jdkAt(wanted, request, world);
  const survey = await surveyJdks(request, world);
  if (major !== undefined) {
    const match = survey.jdks.find((jdk) => jdk.major === Number(major));
    if (match) return match;
    throw notFound(`No JDK ${major} was found`, survey, `Install JDK ${major}, or give its home: --java <path>`);
  }
  const suitable = survey.jdks.find((jdk) => program.fit(jdk).ok);
  if (suitable) return suitable;
  const [first] = survey.jdks;
  if (!first) throw notFound('No JDK was found', survey, 'Install one (17 or 25), set JAVA_HOME, or give its home: --java <path>');
  throw new RmqdevError('JAVA_UNSUITABLE', {
    what: `None of the JDKs found can run ${program.title}`,
    why: survey.jdks.map((jdk) => `${describe(jdk)}: ${unfitness(program.fit(jdk))}`).join('; '),
    next: `Install a newer one (${program.advice}) and set JAVA_HOME, or give its home: --java <path>`,
  });
}

/** @returns every JDK that can be found: JAVA_HOME's, then PATH's, then the usual places' (LTS first, newest first); each once. */
export async function listJdks(request: Pick<JdkRequest, 'env' | 'home'>, world: JdkWorld = THIS_MACHINE): Promise<Jdk[]> {
  return (await surveyJdks(request, world)).jdks;
}

async function jdkAt(wanted: string, { env, home }: JdkRequest, world: JdkWorld): Promise<Jdk> {
  const path = resolve(wanted.trim().replace(/^~(?=\/|$)/, home));
  const reading = await firstReadable(path, env, world);
  if (reading.ok) return { ...reading.jdk, source: 'wanted' };
  throw new RmqdevError('JAVA_NOT_FOUND', {
    what: `There is no JDK at ${path}`,
    why: reading.why,
    next: 'Name a major version (--java 17), or the home of a JDK: the folder with bin/java in it',
  });
}

/** `path` may be a home, the folder of a macOS bundle, or a java executable. @returns the first that is a JDK, else why the home is not one. */
async function firstReadable(path: string, env: NodeJS.ProcessEnv, world: JdkWorld): Promise<JdkReading> {
  const asHome = await readJdk(path, { ...world, env });
  const others = [join(path, 'Contents', 'Home'), ...(path.endsWith('/bin/java') ? [dirname(dirname(path))] : [])];
  for (const home of asHome.ok ? [] : others) {
    const reading = await readJdk(home, { ...world, env });
    if (reading.ok) return reading;
  }
  return asHome;
}

/** `looked`: for people, each is one place. */
type Survey = { jdks: Jdk[]; looked: string[] };

async function surveyJdks({ env, home }: Pick<JdkRequest, 'env' | 'home'>, world: JdkWorld): Promise<Survey> {
  const { platform, places } = world;
  const [onPath, known, inPlaces] = await Promise.all([
    homeOnPath(env),
    platform === 'darwin' ? macJavaHomes() : [],
    Promise.all(places.map((place) => expandPlace(place, home))),
  ]);
  const candidates: JdkCandidate[] = [
    ...(env.JAVA_HOME ? [{ home: env.JAVA_HOME, source: 'JAVA_HOME' as const }] : []),
    ...(onPath ? [{ home: onPath, source: 'PATH' as const }] : []),
    ...[...known, ...inPlaces.flat()].map((each) => ({ home: each, source: 'usual place' as const })),
  ];
  const readings = await Promise.all(
    candidates.map(async ({ home: each, source }) => ({ source, reading: await readJdk(each, { ...world, env }) })),
  );
  const jdks = readings.flatMap(({ source, reading }): Jdk[] => (reading.ok ? [{ ...reading.jdk, source }] : []));
  const named = jdks.filter(({ source }) => source !== 'usual place');
  const usual = jdks.filter(({ source }) => source === 'usual place').sort(byMerit);
  const trouble = (wanted: JdkSource) =>
    readings.flatMap(({ source, reading }) => (source === wanted && !reading.ok ? [`: ${reading.why}`] : [])).join('');
  return {
    jdks: await unique([...named, ...usual]),
    looked: [
      env.JAVA_HOME ? `JAVA_HOME${trouble('JAVA_HOME')}` : 'JAVA_HOME (not set)',
      onPath ? `PATH${trouble('PATH')}` : 'PATH (no java)',
      ...places,
    ],
  };
}

async function unique(jdks: readonly Jdk[]): Promise<Jdk[]> {
  const seen = new Map<string, Jdk>();
  for (const jdk of jdks) {
    const java = await realpath(jdk.java);
    if (!seen.has(java)) seen.set(java, jdk);
  }
  return [...seen.values()];
}

/** LTS first, then the newest. */
function byMerit(a: Jdk, b: Jdk): number {
  return Number(isLts(b.major)) - Number(isLts(a.major)) || b.version.localeCompare(a.version, 'en', { numeric: true });
}

/** 8, 11, then every fourth from 17 on. Source: Oracle Java SE Support Roadmap. */
function isLts(major: number): boolean {
  return major === 8 || major === 11 || (major >= 17 && (major - 17) % 4 === 0);
}

type Program = { title: string; advice: string; fit: (jdk: Pick<Jdk, 'major'>) => JdkSuitability };

function programOf({ release = DEFAULT_RELEASE, program }: JdkRequest): Program {
  if (!program) return { title: `RocketMQ ${release}`, advice: '17 or 25', fit: ({ major }) => jdkSuitability(release, major) };
  const { title, java } = program;
  const why = (major: number) => `it was compiled for Java ${java}, and this is Java ${major}`;
  return { title, advice: `${java} or later`, fit: ({ major }) => (major >= java ? { ok: true } : { ok: false, why: why(major) }) };
}

const unfitness = (verdict: JdkSuitability): string => (verdict.ok ? '' : verdict.why);

function notFound(what: string, { jdks, looked }: Survey, next: string): RmqdevError {
  const found = jdks.length === 0 ? 'no JDK' : jdks.map(describe).join(', ');
  return new RmqdevError('JAVA_NOT_FOUND', { what, why: `rmqdev searched ${looked.join(', ')}; it found ${found}`, next });
}

function describe({ version, home }: Jdk): string {
  return `${version} (${home})`;
}
