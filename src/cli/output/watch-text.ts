import { basename } from 'node:path';
import { formatDuration } from '../../base/units.js';
import type { Plan, PlannedNode } from '../../contract/events.js';
import { displayPath } from '../../profile/problems.js';
import { planSummary } from './plan-text.js';
import { type Colors, localTime } from './terminal.js';

/** What `up --watch` tells beside the progress of each `up`. */
export type WatchEvent =
  | { event: 'watching'; cluster: string; files: readonly string[]; dryRun: boolean }
  | { event: 'saved'; files: readonly string[] }
  /** No node differs from what was saved; topics and groups of the profile are there, if it has any. */
  | { event: 'unchanged'; files: readonly string[]; hasTopics: boolean }
  | { event: 'missing'; files: readonly string[] }
  /** Of --dry-run, in place of the change itself. */
  | { event: 'plan'; plan: Plan }
  | { event: 'applied'; cluster: string; state: string; readyMs: number | null; nodes: Readonly<Record<string, NodeChange>> }
  | { event: 'watch-ended'; cluster: string };

export type NodeChange = Exclude<PlannedNode['change'], 'none'>;

/** In the order in which they are told. */
const DONE: Readonly<Record<NodeChange, string>> = { create: 'added', start: 'started', restart: 'restarted', remove: 'removed' };

/** @param at milliseconds since the epoch */
export function renderWatch(event: WatchEvent, colors: Colors, at: number): string {
  const time = colors.dim(localTime(at, { millis: false }));
  switch (event.event) {
    case 'watching': {
      const goesOn = event.dryRun ? 'nothing is changed' : `${event.cluster} goes on`;
      return `\nWatching ${event.files.map((file) => displayPath(file, process.cwd())).join(', ')}. Ctrl-C ends it, ${goesOn}.`;
    }
    case 'saved':
      return `\n${time}  ${namesOf(event.files)} saved`;
    case 'unchanged':
      return `${time}  ${namesOf(event.files)} saved: no node differs${event.hasTopics ? ', its topics and groups are there' : ''}`;
    case 'missing':
      return `${time}  ${namesOf(event.files)} ${event.files.length === 1 ? 'is' : 'are'} missing or empty: nothing changes until ${event.files.length === 1 ? 'it is' : 'they are'} back`;
    case 'plan':
      return planSummary(event.plan, colors);
    case 'applied': {
      const done = Object.entries(DONE).flatMap(([change, word]) => {
        const ids = Object.entries(event.nodes).flatMap(([id, what]) => (what === change ? [id] : []));
        return ids.length === 0 ? [] : [`${ids.join(', ')} ${word}`];
      });
      const ready = event.readyMs === null ? 'not waited for' : `${event.state} after ${formatDuration(event.readyMs)}`;
      return `${event.cluster}: ${[...done, ready].join('; ')}`;
    }
    case 'watch-ended':
      return `\nWatching has ended, ${event.cluster} goes on.`;
  }
}

function namesOf(files: readonly string[]): string {
  return [...new Set(files.map((file) => basename(file)))].join(', ');
}
