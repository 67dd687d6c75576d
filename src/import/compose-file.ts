import type { ContainerPlan, ContainerSpec, Mount } from './container-spec.js';
import { commandIn, fieldsOf, listOf, readYaml, textIn, type YamlSource } from './yaml-source.js';

/** @param variables of the `.env` next to the file. @returns undefined if it is not a Compose file. */
export function readCompose(text: string, variables: ReadonlyMap<string, string>): ContainerPlan | undefined {
  const [source] = readYaml(interpolated(text, variables));
  const services = Object.entries(fieldsOf(fieldsOf(source?.value).services));
  if (!source || services.length === 0) return undefined;
  const contents: ContainerPlan['contents'][number][] = [];
  const configs = fieldsOf(fieldsOf(source.value).configs);
  const named = new Map<string, string>();
  for (const name of Object.keys(configs)) {
    const embedded = source.embedded(['configs', name, 'content']);
    if (!embedded) continue;
    const file = targetName(services, name) ?? name;
    const path = contents.some((other) => other.name === file) ? `${name}.${file}` : file;
    named.set(name, path);
    contents.push({ name: path, embedded });
  }
  return {
    kind: 'compose',
    specs: services.map(([name, service]) => specOf(name, fieldsOf(service), source, { configs, named })),
    contents,
  };
}

type Configs = { configs: Readonly<Record<string, unknown>>; named: ReadonlyMap<string, string> };

/** The name that a container gives to a `config`: it says more than the key. */
function targetName(services: readonly (readonly [string, unknown])[], config: string): string | undefined {
  for (const [, service] of services) {
    for (const each of listOf(fieldsOf(service).configs)) {
      const { source, target } = fieldsOf(each);
      if (source === config && typeof target === 'string') return target.split('/').at(-1);
    }
  }
  return undefined;
}

function specOf(name: string, service: Readonly<Record<string, unknown>>, source: YamlSource, configs: Configs): ContainerSpec {
  const at = (...path: PropertyKey[]) => source.lineOf(['services', name, ...path]);
  const env = new Map<string, { value: string; line: number }>();
  const environment = service.environment;
  listOf(environment).forEach((each, i) => {
    const [, key, value] = /^([\w.]+)=([\s\S]*)$/.exec(textIn(each)) ?? [];
    if (key !== undefined) env.set(key, { value: value ?? '', line: at('environment', i) });
  });
  for (const [key, value] of Object.entries(fieldsOf(environment))) env.set(key, { value: textIn(value), line: at('environment', key) });
  const command = [service.entrypoint, service.command].map(commandIn).filter(Boolean).join(' ');
  return {
    name:
      [service.container_name, service.hostname].map(textIn).find((each) => /namesrv|name-?server|broker|proxy|controller/i.test(each)) ??
      name,
    image: textIn(service.image),
    line: command === '' ? at('image') : at(service.command === undefined ? 'entrypoint' : 'command'),
    command,
    env,
    mounts: [...listOf(service.volumes).flatMap(volumeOf), ...listOf(service.configs).flatMap((each) => configOf(each, configs))],
  };
}

function volumeOf(volume: unknown): Mount[] {
  if (typeof volume === 'string') {
    const [source, target] = volume.replace(/^([A-Za-z]):[\\/]/, '/$1/').split(':');
    return source && target ? [{ source, target }] : [];
  }
  const { source, target } = fieldsOf(volume);
  return typeof source === 'string' && typeof target === 'string' ? [{ source, target }] : [];
}

function configOf(each: unknown, { configs, named }: Configs): Mount[] {
  const fields = typeof each === 'string' ? { source: each } : fieldsOf(each);
  const name = textIn(fields.source);
  const target = textIn((fields as { target?: unknown }).target) || `/${name}`;
  const path = named.get(name);
  if (path !== undefined) return [{ source: '', target, content: { path } }];
  const file = textIn(fieldsOf(configs[name]).file);
  return file === '' ? [] : [{ source: file, target }];
}

/** Compose itself replaces `${NAME}` and `${NAME:-default}`. An unknown variable stays as it is. */
function interpolated(text: string, variables: ReadonlyMap<string, string>): string {
  return text.replace(
    /(?<!\$)\$\{(\w+)(?::?-([^}]*))?\}/g,
    (whole, name: string, fallback: string | undefined) => variables.get(name) ?? fallback ?? whole,
  );
}

/** @returns the variables of a `.env` file. */
export function readVariables(lines: readonly string[]): ReadonlyMap<string, string> {
  const pairs = lines.flatMap((line): [string, string][] => {
    const [, name, value] = /^\s*(?:export\s+)?(\w+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    return name === undefined ? [] : [[name, (value ?? '').replace(/^(["'])(.*)\1$/, '$2')]];
  });
  return new Map(pairs);
}
