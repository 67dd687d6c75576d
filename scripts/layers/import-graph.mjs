// The imports between the files of a source tree, and what they break: layers, rooms inside a layer, circles.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';

/** `from '…'`, `import '…'`, `import('…')` of a relative path; `import type` counts like any other. */
const IMPORT = /(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g;

/**
 * @param {string} source folder of the sources
 * @returns {Map<string, string[]>} per .ts file what it imports; paths are relative to `source`, with slashes
 */
export function readImports(source) {
  const graph = new Map();
  for (const entry of readdirSync(source, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.ts')) continue;
    const file = join(entry.parentPath, entry.name);
    const imported = [...readFileSync(file, 'utf8').matchAll(IMPORT)].map(([, path]) => below(source, resolve(dirname(file), path)));
    graph.set(below(source, file), [...new Set(imported.map((path) => path.replace(/\.js$/, '.ts')))]);
  }
  return new Map([...graph].sort(([a], [b]) => (a < b ? -1 : 1)));
}

const below = (source, path) => relative(source, path).replaceAll(sep, '/');

/**
 * @param {Map<string, string[]>} graph
 * @param {{ layers: Record<string, string[]>, rooms: Record<string, Record<string, string[]>> }} rules
 *   `layers`: what each folder may import beside itself and `base`. `rooms`: for a layer that has them, what each of its folders may import
 *   beside itself; `.` is the room of the files that lie in none.
 * @returns {string[]} one line per violation; none if every import follows the rules
 */
export function violationsOf(graph, { layers, rooms }) {
  return [...layerViolations(graph, layers), ...roomViolations(graph, rooms), ...circleViolations(graph)];
}

const layerOf = (file) => file.split('/')[0];

function layerViolations(graph, layers) {
  return [...graph].flatMap(([file, imports]) => {
    const layer = layerOf(file);
    if (!(layer in layers)) return [`${file}: ${layer} is not a layer`];
    const allowed = ['..', 'base', layer, ...layers[layer]];
    return imports
      .filter((target) => !allowed.includes(layerOf(target)))
      .map((target) => `${file}: ${layer} must not import ${layerOf(target)} (${target})`);
  });
}

function roomViolations(graph, rooms) {
  return [...graph].flatMap(([file, imports]) => {
    const layer = layerOf(file);
    const arrows = rooms[layer];
    if (!arrows) return [];
    const room = roomOf(file);
    if (!(room in arrows)) return [`${file}: ${layer}/${room} is not a room`];
    const allowed = [room, ...arrows[room]];
    return imports
      .filter((target) => layerOf(target) === layer && !allowed.includes(roomOf(target)))
      .map((target) => `${file}: room ${room} of ${layer} must not import room ${roomOf(target)} (${target})`);
  });
}

/** The folder below the layer; `.` for a file that lies in the layer itself. */
function roomOf(file) {
  const [, room, ...rest] = file.split('/');
  return rest.length === 0 ? '.' : room;
}

function circleViolations(graph) {
  return knotsOf(graph).map((knot) => `circle: ${circleIn(graph, knot).join(' -> ')}`);
}

/** @returns {string[][]} the largest sets of files of which each reaches each other one (Tarjan's strongly connected components). */
function knotsOf(graph) {
  const order = new Map();
  const lowest = new Map();
  const open = [];
  const isOpen = new Set();
  const knots = [];
  const visit = (file) => {
    order.set(file, order.size);
    lowest.set(file, order.get(file));
    open.push(file);
    isOpen.add(file);
    for (const target of graph.get(file)) {
      if (!graph.has(target)) continue;
      if (!order.has(target)) visit(target);
      if (isOpen.has(target)) lowest.set(file, Math.min(lowest.get(file), lowest.get(target)));
    }
    if (lowest.get(file) !== order.get(file)) return;
    const knot = open.splice(open.indexOf(file));
    for (const member of knot) isOpen.delete(member);
    if (knot.length > 1 || graph.get(file).includes(file)) knots.push(knot);
  };
  for (const file of graph.keys()) if (!order.has(file)) visit(file);
  return knots;
}

/** @returns {string[]} the shortest way from the first file of `knot` back to itself. */
function circleIn(graph, knot) {
  const [start] = [...knot].sort();
  const ways = [[start]];
  const seen = new Set();
  for (const way of ways) {
    for (const target of graph.get(way.at(-1))) {
      if (target === start) return [...way, start];
      if (!knot.includes(target) || seen.has(target)) continue;
      seen.add(target);
      ways.push([...way, target]);
    }
  }
  return [...knot];
}
