import { existsSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { RmqdevError } from '../../base/errors.js';
import { nearest } from '../../base/nearest.js';
import { releasesWithExamples } from '../../install/maven-artifacts.js';
import { ZipArchive } from '../../install/zip.js';

const EXAMPLES = 'org.apache.rocketmq.example.';
const MAX_NEAR = 5;

/** Makes sure that a class is on the class path: for a wrong name, the error suggests the right one. @throws CLASS_NOT_FOUND */
export async function requireClass(
  mainClass: string,
  classPath: readonly string[],
  release: { version: string; home: string },
): Promise<void> {
  const file = `${mainClass.replaceAll('.', '/')}.class`;
  const ownFirst = [...classPath].sort((a, b) => Number(isOwnJar(b)) - Number(isOwnJar(a)));
  const names: string[] = [];
  for (const entry of ownFirst) {
    const classes = await filesIn(entry, file);
    if (classes === undefined || classes.includes(file)) return;
    if (isOwnJar(entry)) names.push(...classes.filter((name) => /^org\/apache\/rocketmq\/[^$]*\.class$/.test(name)));
  }
  throw classNotFound(mainClass, names.map(className), release);
}

const isOwnJar = (path: string): boolean => /^rocketmq-.*\.jar$/.test(basename(path));

const className = (file: string): string => file.replace(/\.class$/, '').replaceAll('/', '.');

/** @returns the files of a jar; of a folder `file`, if it has it; undefined if only the JVM knows (`lib/*`). */
async function filesIn(entry: string, file: string): Promise<string[] | undefined> {
  if (entry.endsWith('*')) return undefined;
  if (!existsSync(entry)) return [];
  if (statSync(entry).isDirectory()) return existsSync(join(entry, file)) ? [file] : [];
  try {
    using jar = await ZipArchive.open(entry);
    return jar.names;
  } catch {
    // If the table of contents of a jar is unusual, the JVM decides.
    return [];
  }
}

function classNotFound(mainClass: string, known: readonly string[], { version, home }: { version: string; home: string }): RmqdevError {
  const near = nearClasses(mainClass, known);
  const withExamples = releasesWithExamples();
  const lacksExamples = mainClass.startsWith(EXAMPLES) && !known.some((name) => name.startsWith(EXAMPLES));
  return new RmqdevError('CLASS_NOT_FOUND', {
    what: `there is no class ${mainClass} in RocketMQ ${version}`,
    why: lacksExamples
      ? `${home}/lib has no rocketmq-example-${version}.jar: Maven has the examples of ${withExamples.join(', ')}; a release zip has them too`
      : `it is neither in a jar of ${home}/lib nor on CLASSPATH`,
    next: lacksExamples
      ? `Use one of those (\`rmqdev up single --rocketmq ${withExamples.at(-1)} --name examples\`), or \`rmqdev install <zip of ${version}>\``
      : near.length > 0
        ? `Did you mean ${near.join(', or ')}?`
        : 'Write its full name, with the package; put your own classes on CLASSPATH',
  });
}

/** Classes with the same simple name, else the one with the most similar name. */
function nearClasses(wanted: string, known: readonly string[]): string[] {
  const simple = wanted.split('.').at(-1)?.toLowerCase() ?? '';
  const simpleOf = (name: string) => name.split('.').at(-1)?.toLowerCase() ?? '';
  const same = known.filter((name) => simpleOf(name) === simple);
  if (same.length > 0) return same.slice(0, MAX_NEAR);
  const whole = nearest(wanted, known);
  if (whole) return [whole];
  const like = nearest(simple, known.map(simpleOf));
  return known.filter((name) => simpleOf(name) === like).slice(0, MAX_NEAR);
}
