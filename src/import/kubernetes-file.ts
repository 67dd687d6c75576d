import type { ContainerPlan, ContainerSpec, Mount } from './container-spec.js';
import { commandIn, fieldsOf, listOf, readYaml, textIn, type YamlSource } from './yaml-source.js';

type Resource = { source: YamlSource; at: readonly PropertyKey[]; fields: Readonly<Record<string, unknown>> };

/** @returns undefined if no document is a resource of Kubernetes. */
export function readManifests(text: string): ContainerPlan | undefined {
  const resources = readYaml(text).flatMap(resourcesIn);
  if (resources.length === 0) return undefined;
  const contents: ContainerPlan['contents'][number][] = [];
  for (const { source, at, fields } of resources.filter((each) => each.fields.kind === 'ConfigMap')) {
    const map = nameOf(fields);
    for (const key of Object.keys(fieldsOf(fields.data))) {
      const embedded = source.embedded([...at, 'data', key]);
      if (embedded) contents.push({ name: contentName(map, key), embedded });
    }
  }
  return { kind: 'kubernetes', contents, specs: resources.flatMap(specsOf), described: resources.flatMap(describedBy) };
}

/** The path of a key of a ConfigMap. */
const contentName = (map: string, key: string) => `${map}/${key}`;

function resourcesIn(source: YamlSource): Resource[] {
  const fields = fieldsOf(source.value);
  if (typeof fields.kind !== 'string' || typeof fields.apiVersion !== 'string') return [];
  if (fields.kind !== 'List') return [{ source, at: [], fields }];
  return listOf(fields.items).map((item, i) => ({ source, at: ['items', i], fields: fieldsOf(item) }));
}

export const UNNAMED = 'unnamed';

/** A name that a template makes is unknown: then what its labels say. */
function nameOf(fields: Readonly<Record<string, unknown>>): string {
  const { name, labels } = fieldsOf(fields.metadata);
  const told = [textIn(name), ...Object.values(fieldsOf(labels)).map(textIn)].map((text) =>
    text.replace(/\{\{.*?\}\}/g, '').replace(/^[^\w]+/, ''),
  );
  return told.find((text) => text !== '') ?? UNNAMED;
}

function specsOf({ source, at, fields }: Resource): ContainerSpec[] {
  const isPod = fields.kind === 'Pod';
  const path = isPod ? [...at, 'spec'] : [...at, 'spec', 'template', 'spec'];
  const pod = fieldsOf(isPod ? fields.spec : fieldsOf(fieldsOf(fields.spec).template).spec);
  const containers = listOf(pod.containers).map(fieldsOf);
  return containers.map((container, i): ContainerSpec => {
    const line = (...parts: PropertyKey[]) => source.lineOf([...path, 'containers', i, ...parts]);
    const env = listOf(container.env).map((each, at): [string, { value: string; line: number }] => {
      const { name, value } = fieldsOf(each);
      return [textIn(name), { value: textIn(value), line: line('env', at) }];
    });
    const own = textIn(container.name);
    return {
      name: containers.length > 1 && own !== '' ? own : nameOf(fields),
      image: textIn(container.image),
      line: line(container.args !== undefined ? 'args' : container.command !== undefined ? 'command' : 'image'),
      command: [container.command, container.args].map(commandIn).filter(Boolean).join(' '),
      env: new Map(env),
      mounts: listOf(container.volumeMounts).flatMap((mount) => mountsOf(fieldsOf(mount), pod)),
    };
  });
}

/** The keys of a ConfigMap that a container sees as files. */
function mountsOf(mount: Readonly<Record<string, unknown>>, pod: Readonly<Record<string, unknown>>): Mount[] {
  const volume = listOf(pod.volumes)
    .map(fieldsOf)
    .find(({ name }) => name === mount.name);
  const map = fieldsOf(volume?.configMap);
  const name = textIn(map.name);
  if (name === '') return [];
  const target = textIn(mount.mountPath);
  const part = textIn(mount.subPath);
  const items = listOf(map.items).map(fieldsOf);
  const keyOf = (path: string) => textIn(items.find((item) => item.path === path)?.key) || path;
  if (part !== '') return [{ source: '', target, content: { path: contentName(name, keyOf(part)) } }];
  if (items.length > 0)
    return items.map(({ key, path }) => ({
      source: '',
      target: `${target}/${textIn(path)}`,
      content: { path: contentName(name, textIn(key)) },
    }));
  return [{ source: '', target, content: { path: `${name}/` } }];
}

/** The resources of the RocketMQ operator. Source: apache/rocketmq-operator, pkg/apis/rocketmq/v1alpha1. */
function describedBy({ source, at, fields }: Resource): NonNullable<ContainerPlan['described']>[number][] {
  if (!/^rocketmq\.apache\.org\//.test(textIn(fields.apiVersion))) return [];
  const spec = fieldsOf(fields.spec);
  const name = nameOf(fields);
  const size = Math.min(Number(spec.size) || 1, 50);
  const line = source.lineOf([...at, 'spec', 'size']);
  const each = Array.from({ length: size }, (_, i) => i);
  if (fields.kind === 'NameService') return each.map((i) => ({ name: `${name}-${i}`, role: 'namesrv', line, settings: {} }));
  if (fields.kind !== 'Broker') return [];
  const slaves = Array.from({ length: Math.min(Number(spec.replicaPerGroup) || 0, 10) }, (_, i) => i + 1);
  const shared = { brokerClusterName: textIn(spec.brokerClusterName) || name };
  return each.flatMap((i) => [
    { name: `${name}-${i}-master`, role: 'broker' as const, line, settings: { ...shared, brokerName: `${name}-${i}`, brokerId: '0' } },
    ...slaves.map((id) => ({
      name: `${name}-${i}-replica-${id}`,
      role: 'broker' as const,
      line,
      settings: { ...shared, brokerName: `${name}-${i}`, brokerId: `${id}`, brokerRole: 'SLAVE' },
    })),
  ]);
}
