import { readCompose } from './compose-file.js';
import { writtenByCommands } from './container-nodes.js';
import type { ContainerPlan } from './container-spec.js';
import { readDockerRun } from './docker-run.js';
import { writtenFiles } from './here-documents.js';
import { readManifests } from './kubernetes-file.js';
import { joinLines, variablesIn } from './start-script.js';

/** @returns what a Compose file or manifest says; undefined if it is neither. */
export function readContainerPlan(text: string, variables: ReadonlyMap<string, string>): ContainerPlan | undefined {
  const plan = readManifests(text) ?? readCompose(text, variables);
  return plan && { ...plan, contents: [...plan.contents.flatMap(withoutScript), ...writtenByCommands(plan)] };
}

/** A script in a ConfigMap is no configuration, but may write one. */
function withoutScript(content: ContainerPlan['contents'][number]): ContainerPlan['contents'][number][] {
  const { name, embedded } = content;
  if (!/\.(sh|bash)$/i.test(name) && !/^\s*#!/.test(embedded.text)) return [content];
  return writtenFiles(embedded.text.split('\n'), (text) => text).written.flatMap(({ target, text, lines, isAppended }) =>
    isAppended
      ? []
      : [{ name: `${name}/${fileName(target)}`, embedded: { text, lines: lines.map((line) => embedded.lines[line - 1] ?? 1) } }],
  );
}

/** A path without variables and dots, for the name of the file in messages. */
const fileName = (target: string) =>
  target
    .split(/[\\/]/)
    .filter((part) => part !== '' && !/^\.{1,2}$|[$`(){}]/.test(part))
    .join('/') || 'file.conf';

/** What a script runs in containers and writes into files. `rest` is the script without the bodies of its here-documents. */
export function readScriptPlan(lines: readonly string[]): { plan: ContainerPlan; rest: string[]; inner: ContainerPlan[] } {
  const expand = variablesIn(lines);
  const { written, rest } = writtenFiles(lines, expand);
  const inner: ContainerPlan[] = [];
  const contents: ContainerPlan['contents'][number][] = [];
  for (const { target, isAppended, ...embedded } of written) {
    // Lines for a file that something else wrote.
    if (isAppended) continue;
    const plan = /\.ya?ml$/i.test(target) ? readContainerPlan(embedded.text, new Map()) : undefined;
    if (plan) inner.push(moved(plan, embedded.lines));
    else contents.push({ name: fileName(target), embedded });
  }
  const specs = joinLines(rest).flatMap(({ text, line }) => (/^\s*#/.test(text) ? [] : (readDockerRun(expand(text), line) ?? [])));
  return { plan: { kind: 'script', specs, contents }, rest, inner };
}

/** With the lines of the script that writes it. */
function moved(plan: ContainerPlan, lines: readonly number[]): ContainerPlan {
  const there = (line: number) => lines[line - 1] ?? lines.at(-1) ?? 1;
  return {
    ...plan,
    specs: plan.specs.map((spec) => ({ ...spec, line: there(spec.line) })),
    contents: plan.contents.map(({ name, embedded }) => ({ name, embedded: { ...embedded, lines: embedded.lines.map(there) } })),
  };
}
