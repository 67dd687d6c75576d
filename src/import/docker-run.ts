import type { ContainerSpec, Mount } from './container-spec.js';
import { shellWords } from './shell-words.js';

const RUN = /\b(?:docker|podman|nerdctl)\s+(?:container\s+)?(?:run|create)\s+([\s\S]*)$/;
/** Options of docker run that are not followed by a value. */
const FLAGS =
  /^(-[dit]+|--(detach|interactive|tty|rm|privileged|init|read-only|publish-all|no-healthcheck|oom-kill-disable|sig-proxy|quiet)|-P|-q)$/;

/** @returns the container that a command starts; undefined if it is another command than `docker run`. */
export function readDockerRun(command: string, line: number): ContainerSpec | undefined {
  const rest = RUN.exec(command)?.[1];
  if (rest === undefined) return undefined;
  const words = shellWords(rest);
  const options: [string, string][] = [];
  let i = 0;
  for (; i < words.length; i += 1) {
    const word = words[i] as string;
    if (!word.startsWith('-')) break;
    const [, name, value] = /^(--[\w-]+)=([\s\S]*)$/.exec(word) ?? /^(-[evpmhuwl])(.+)$/s.exec(word) ?? [];
    if (FLAGS.test(word)) continue;
    if (name !== undefined) options.push([name, value ?? '']);
    else options.push([word, words[++i] ?? '']);
  }
  const image = words[i] ?? '';
  const given = (...names: string[]) => options.filter(([name]) => names.includes(name)).map(([, value]) => value);
  const env = given('-e', '--env').flatMap((each): [string, { value: string; line: number }][] => {
    const [, key, value] = /^([\w.]+)=([\s\S]*)$/.exec(each) ?? [];
    return key === undefined ? [] : [[key, { value: value ?? '', line }]];
  });
  return {
    name: given('--name')[0] ?? given('-h', '--hostname')[0] ?? (image.replace(/.*\//, '').replace(/:.*/, '') || 'container'),
    image,
    line,
    command: [...given('--entrypoint'), ...words.slice(i + 1)].join(' '),
    env: new Map(env),
    mounts: [...given('-v', '--volume').flatMap(volumeOf), ...given('--mount').flatMap(mountOf)],
  };
}

function volumeOf(volume: string): Mount[] {
  const [source, target] = volume.replace(/^([A-Za-z]):[\\/]/, '/$1/').split(':');
  return source && target ? [{ source, target }] : [];
}

function mountOf(mount: string): Mount[] {
  const fields = new Map(mount.split(',').map((each): [string, string] => [each.replace(/=.*/s, ''), each.replace(/^[^=]*=/, '')]));
  const source = fields.get('source') ?? fields.get('src');
  const target = fields.get('target') ?? fields.get('dst') ?? fields.get('destination');
  return source && target ? [{ source, target }] : [];
}
