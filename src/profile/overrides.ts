import { didYouMean } from '../base/nearest.js';
import { layOn, toLayer } from './layer.js';
import { parseYaml } from './parse-yaml.js';
import { type ProfileProblem, ROLES, type SourcePlace } from './profile.js';
import { PROFILE_KEYS, SHARED_KEYS } from './profile-schema.js';
import { entriesOf, mapTree, mapValues, partAt, pick, replaceEntry, type Tree, toTree, without, withoutNulls } from './source-tree.js';

/**
 * The command line: `<path>=<value>` (`--set`), `[<role or node>=]<size>` (`--heap`), `--rocketmq`, `--java`, `--dashboard` (the path of a jar;
 * empty: the one in RMQDEV_HOME/dashboard), and with it `--host`.
 */
export type ProfileOverrides = {
  set: readonly string[];
  heap: readonly string[];
  rocketmq?: string;
  java?: string;
  dashboard?: string;
  host?: string;
};

type Request = { option: string; path: readonly string[]; value: string };

/** Below these keys, the rest of a path is one key, dots and all. */
const FREE_KEYS = ['properties', 'env'];

/**
 * Lays the command line on `tree`. It wins over every file: a setting of the cluster or of a role also replaces what single nodes have there.
 * Among options the narrower wins (node, role, cluster), whatever their order; among equals the last.
 */
export function applyOverrides(files: Tree, overrides: ProfileOverrides, cwd: string): { tree: Tree; problems: ProfileProblem[] } {
  const problems: ProfileProblem[] = [];
  const tree = withDashboard(files, overrides);
  const newIds = overrides.set.flatMap((text) => /^nodes\.([^.=]+)/.exec(text)?.slice(1) ?? []);
  const ids = [...entriesOf(partAt(withoutNulls(tree), ['nodes'])).keys(), ...newIds];
  const layers = requestsOf(overrides).flatMap((request): Tree[] => {
    const place: SourcePlace = { file: request.option, line: 0 };
    const found = layerOf(request, ids, place, cwd);
    problems.push(...found.problems);
    return found.problems.length > 0 ? [] : [found.layer];
  });
  const applied = layers
    .toSorted((a, b) => reach(a) - reach(b))
    .reduce((base, layer) => {
      const laid = layOn(clearNarrower(base, layer), withNodesOfHosts(base, layer));
      problems.push(...laid.problems);
      return laid.tree;
    }, tree);
  return { tree: applied, problems };
}

/** @returns `tree` whose dashboards run the jar of `--dashboard`; with one more node if it has none. */
function withDashboard(tree: Tree, { dashboard, host }: ProfileOverrides): Tree {
  if (dashboard === undefined) return tree;
  const place: SourcePlace = { file: dashboard === '' ? '--dashboard' : `--dashboard ${dashboard}`, line: 0 };
  const nodes = entriesOf(partAt(withoutNulls(tree), ['nodes']));
  const jar = dashboard === '' ? {} : { jar: dashboard };
  if ([...nodes.values()].some((node) => partAt(node, ['role'])?.value === 'dashboard')) {
    const layer = toTree({ roles: { dashboard: jar } }, place);
    return layOn(clearNarrower(tree, layer), layer).tree;
  }
  let number = 1;
  while (nodes.has(`dashboard-${number}`)) number += 1;
  const node = { role: 'dashboard', ...jar, ...(host === undefined ? {} : { host }) };
  return layOn(tree, toTree({ nodes: { [`dashboard-${number}`]: node } }, place)).tree;
}

function requestsOf({ set, heap, rocketmq, java }: ProfileOverrides): Request[] {
  return [
    ...(rocketmq === undefined ? [] : [{ option: `--rocketmq ${rocketmq}`, path: ['rocketmq'], value: rocketmq }]),
    ...(java === undefined ? [] : [{ option: `--java ${java}`, path: ['java'], value: java }]),
    ...heap.map((text) => {
      const at = text.indexOf('=');
      return { option: `--heap ${text}`, path: [at < 0 ? 'broker' : text.slice(0, at), 'heap'], value: text.slice(at + 1) };
    }),
    ...set.map((text) => {
      const at = text.indexOf('=');
      return { option: `--set ${text}`, path: at < 0 ? [] : splitPath(text.slice(0, at)), value: text.slice(at + 1) };
    }),
  ];
}

function splitPath(text: string): string[] {
  const steps = text.split('.');
  const free = steps.findIndex((step) => FREE_KEYS.includes(step)) + 1;
  return free === 0 || free >= steps.length ? steps : [...steps.slice(0, free), steps.slice(free).join('.')];
}

function layerOf(
  { option, path, value }: Request,
  ids: readonly string[],
  place: SourcePlace,
  cwd: string,
): { layer: Tree; problems: ProfileProblem[] } {
  const none = mapTree(place, []);
  const [head, ...rest] = path;
  const refuse = (message: string) => ({ layer: none, problems: [{ place, path: [], message }] });
  if (head === undefined || path.includes('')) return refuse('expected <path>=<value>, such as broker-a.heap=512m');
  if (head === 'extends') return refuse('a profile is extended in its file, not on the command line');
  const full = addressOf(head, rest, ids, option.startsWith('--heap'));
  if (!full) {
    const known = [...ids, ...ROLES, ...(option.startsWith('--heap') ? [] : PROFILE_KEYS)];
    return refuse(`"${head}" is not a node, a role or a setting${didYouMean(head, known) || `; nodes are ${ids.join(', ')}`}`);
  }
  const leaf = parseValue(value, place);
  const layer = full.reduceRight((inner, key) => mapTree(place, [[key, inner]]), leaf.tree);
  const settled = toLayer(layer, cwd);
  return { layer: settled.layer, problems: [...leaf.problems, ...settled.problems] };
}

/** @returns the path from the root of a profile, or undefined if `head` is not known. `--heap` takes nodes and roles only. */
function addressOf(head: string, rest: readonly string[], ids: readonly string[], isHeap: boolean): string[] | undefined {
  if (!isHeap && PROFILE_KEYS.includes(head)) return [head, ...rest];
  if (ids.includes(head)) return ['nodes', head, ...rest];
  return ROLES.some((role) => role === head) ? ['roles', head, ...rest] : undefined;
}

/** A list, map or quoted text is read as YAML; null, true, false and plain numbers as such; anything else is text as it stands. */
function parseValue(text: string, place: SourcePlace): { tree: Tree; problems: readonly ProfileProblem[] } {
  if (/^(?:["'[{]|(?:null|true|false|-?[0-9.]+)$)/.test(text)) return parseYaml(text, () => place);
  return { tree: { place, value: text }, problems: [] };
}

/** 0: the cluster, 1: a host, 2: a role, 3: a node. */
function reach(layer: Tree): number {
  return Math.max(0, ...['', 'hosts', 'roles', 'nodes'].map((part, rank) => (entriesOf(layer).has(part) ? rank : 0)));
}

/** @returns `layer` that also gives the nodes of a host what it gives the host: files may say otherwise for them or their roles. */
function withNodesOfHosts(tree: Tree, layer: Tree): Tree {
  const hosts = entriesOf(entriesOf(layer).get('hosts'));
  const nodes = [...entriesOf(entriesOf(tree).get('nodes'))].flatMap(([id, node]): [string, Tree][] => {
    const advertise = entriesOf(hosts.get(String(entriesOf(node).get('host')?.value))).get('advertise');
    return advertise ? [[id, mapTree(layer.place, [['advertise', advertise]])]] : [];
  });
  return nodes.length === 0 ? layer : mapTree(layer.place, [...entriesOf(layer), ['nodes', mapTree(layer.place, nodes)]]);
}

/** @returns `tree` without the settings of hosts, roles and nodes that those in `layer` shall replace. */
function clearNarrower(tree: Tree, layer: Tree): Tree {
  const shared = pick(layer, SHARED_KEYS);
  const roles = entriesOf(entriesOf(layer).get('roles'));
  const clearRole = (role: Tree) => without(role, shared);
  const clearNode = (node: Tree) => {
    const ofRole = roles.get(String(entriesOf(node).get('role')?.value));
    return ofRole ? without(clearRole(node), ofRole) : clearRole(node);
  };
  const wide = (parts: Tree) => mapValues(parts, clearRole);
  const nodeParts = (parts: Tree) => mapValues(parts, clearNode);
  return replaceEntry(replaceEntry(replaceEntry(tree, 'hosts', wide), 'roles', wide), 'nodes', nodeParts);
}
